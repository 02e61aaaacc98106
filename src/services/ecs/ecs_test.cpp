#include "services/ecs/ecs.hpp"

#include <set>

#include "services/ecs/testing.hpp"

namespace jianmen::services::ecs {
namespace {

namespace json = base::json;

class EcsService : public EcsTest {};

// A row without a function is one that the data says is not answered, with a reason.
TEST_F(EcsService, EveryRowHasAFunctionOrAReason) {
  std::set<std::string_view> functions;
  for (const Function& function : ecs_->definition().functions) {
    EXPECT_TRUE(functions.insert(function.operation).second) << function.operation << " twice";
    EXPECT_TRUE(test_catalog().find_operation("ecs:" + std::string(function.operation)))
        << function.operation << " has no row";
  }
  for (const catalog::Operation& row : test_catalog().operations()) {
    if (row.service != "ecs") continue;
    EXPECT_EQ(row.answered, functions.contains(row.name)) << row.name;
    EXPECT_EQ(row.answered, row.reason.empty()) << row.name;
  }
}

TEST_F(EcsService, AServerLivesFromCreateToDelete) {
  const json::value made = create(order("web"));
  const std::string id(made.at("serverIds").at(0).as_string());
  EXPECT_EQ(job(made).at("status"), "RUNNING");
  EXPECT_EQ(status_of(id), "BUILD");
  clock_.advance(settings_.job_time - base::Duration(1));
  EXPECT_EQ(job(made).at("status"), "RUNNING");
  EXPECT_EQ(job(made).at("end_time"), "");
  EXPECT_FALSE(job(made).as_object().contains("error_code"));
  clock_.advance(base::Duration(1));
  const json::value done = job(made);
  EXPECT_EQ(done.at("status"), "SUCCESS");
  EXPECT_EQ(done.at("job_type"), "createServer");
  EXPECT_TRUE(done.at("error_code").is_null());
  EXPECT_EQ(done.at("entities").at("sub_jobs_total"), 1);
  EXPECT_EQ(done.at("entities").at("sub_jobs").at(0).at("entities").at("server_id"),
            json::value(id));
  EXPECT_EQ(done.at("entities").at("sub_jobs").at(0).at("job_type"), "createSingleServer");
  EXPECT_EQ(status_of(id), "ACTIVE");

  const json::value stop = answer(
      "BatchStopServers", {{}, {}, json::object{{"os-stop", {{"servers", servers({id})}}}}, {}});
  EXPECT_EQ(show(id).at("OS-EXT-STS:task_state"), "powering-off");
  EXPECT_EQ(status_of(id), "ACTIVE");
  finish();
  EXPECT_EQ(status_of(id), "SHUTOFF");
  EXPECT_EQ(show(id).at("OS-EXT-STS:power_state"), 4);
  EXPECT_EQ(job(stop).at("status"), "SUCCESS");

  answer("BatchStartServers",
         {{}, {}, json::object{{"os-start", {{"servers", servers({id})}}}}, {}});
  finish();
  EXPECT_EQ(status_of(id), "ACTIVE");

  answer("UpdateServer", {{{"server_id", id}},
                          {},
                          json::object{{"server", {{"name", "renamed"}, {"description", "d"}}}},
                          {}});
  EXPECT_EQ(show(id).at("name"), "renamed");
  EXPECT_EQ(show(id).at("description"), "d");

  const json::array tags{json::object{{"key", "env"}, {"value", "test"}}};
  EXPECT_TRUE(
      run("BatchCreateServerTags",
          {{{"server_id", id}}, {}, json::object{{"action", "create"}, {"tags", tags}}, {}}));
  EXPECT_EQ(show(id).at("tags"), (json::array{"env=test"}));

  const json::value erased =
      answer("DeleteServers", {{}, {}, json::object{{"servers", servers({id})}}, {}});
  EXPECT_EQ(status_of(id), "ACTIVE");
  finish();
  EXPECT_EQ(job(erased).at("status"), "SUCCESS");
  const Outcome gone = run("ShowServer", {{{"server_id", id}}, {}, {}, {}});
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().status, 404);
  EXPECT_EQ(gone.error().code, "Ecs.0114");
  EXPECT_EQ(gone.error().message, "Instance[" + id + "] could not be found.");
  EXPECT_EQ(answer("ListServersDetails").at("count"), 0);
}

TEST_F(EcsService, ARestartKeepsServersJobsAndWhatIsUnderWay) {
  const json::value made = create(order());
  const std::string id(made.at("serverIds").at(0).as_string());
  restart();
  EXPECT_EQ(status_of(id), "BUILD");
  finish();
  restart();
  EXPECT_EQ(status_of(id), "ACTIVE");
  EXPECT_EQ(job(made).at("status"), "SUCCESS");
}

TEST_F(EcsService, AServerOfAnotherProjectDoesNotExist) {
  const std::string id = create_active();
  for (const std::string_view operation :
       {"ShowServer", "ShowServerTags", "ListServerBlockDevices"}) {
    const Outcome outcome = run_in(elsewhere_, operation, {{{"server_id", id}}, {}, {}, {}});
    ASSERT_FALSE(outcome) << operation;
    EXPECT_EQ(outcome.error().code, "Ecs.0114") << operation;
    EXPECT_TRUE(run(operation, {{{"server_id", id}}, {}, {}, {}})) << operation;
  }
  const Asked erase{{}, {}, json::object{{"servers", servers({id})}}, {}};
  ASSERT_FALSE(run_in(elsewhere_, "DeleteServers", erase));
  finish();
  EXPECT_EQ(status_of(id), "ACTIVE");
  const Outcome list = run_in(elsewhere_, "ListServersDetails", {});
  ASSERT_TRUE(list);
  EXPECT_EQ(list->body.at("count"), 0);
}

TEST_F(EcsService, TheServerObjectHasTheTypesThatStrictClientsNeed) {
  const std::string id = create_active();
  const json::value server = show(id);
  EXPECT_EQ(server.at("flavor").at("vcpus"), "1");
  EXPECT_EQ(server.at("flavor").at("ram"), "1024");
  const std::string vpc(server.at("metadata").at("vpc_id").as_string());
  const json::value& address = server.at("addresses").at(vpc).at(0);
  EXPECT_EQ(address.at("version"), "4");
  EXPECT_EQ(address.at("addr"), "192.168.0.2");
  EXPECT_EQ(address.at("primary"), true);
  const json::value& volume = server.at("os-extended-volumes:volumes_attached").at(0);
  EXPECT_EQ(volume.at("bootIndex"), "0");
  EXPECT_EQ(volume.at("delete_on_termination"), "true");
  EXPECT_EQ(server.at("OS-EXT-STS:power_state"), 1);
  EXPECT_TRUE(server.at("OS-EXT-STS:task_state").is_null());
  EXPECT_TRUE(server.at("fault").is_null());
  EXPECT_EQ(server.at("created"), "2026-06-01T12:00:00Z");
  EXPECT_EQ(server.at("OS-SRV-USG:launched_at"), "2026-06-01T12:00:00.050000");
  EXPECT_EQ(server.at("metadata").at("charging_mode"), "0");
  EXPECT_EQ(server.at("hostId").as_string().size(), 56U);
  EXPECT_EQ(server.at("OS-EXT-AZ:availability_zone"), "cn-north-4a");
}

}  // namespace
}  // namespace jianmen::services::ecs
