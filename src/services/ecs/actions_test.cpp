#include "services/ecs/testing.hpp"

namespace jianmen::services::ecs {
namespace {

namespace json = base::json;

class EcsActions : public EcsTest {
 protected:
  static json::value power(std::string_view key, const std::vector<std::string>& ids,
                           std::string_view type = "") {
    json::object order{{"servers", servers(ids)}};
    if (!type.empty()) order["type"] = type;
    json::object body;
    body[key] = std::move(order);
    return body;
  }
  json::value start_job(std::string_view operation, json::value body) {
    return answer(operation, {{}, {}, std::move(body), {}});
  }
  void stop(const std::string& id) {
    start_job("BatchStopServers", power("os-stop", {id}));
    finish();
  }
};

TEST_F(EcsActions, AStateThatDoesNotAllowItFailsInTheJob) {
  const std::string up = create_active("up"), down = create_active("down");
  stop(down);
  const json::value made = start_job("BatchRebootServers", power("reboot", {up, down}, "SOFT"));
  EXPECT_EQ(job(made).at("status"), "RUNNING");
  EXPECT_EQ(status_of(up), "REBOOT");
  finish();
  const json::value done = job(made);
  EXPECT_EQ(done.at("status"), "FAIL");
  EXPECT_EQ(done.at("error_code"), "Common.0021");
  EXPECT_EQ(done.at("entities").at("sub_jobs").at(0).at("status"), "SUCCESS");
  EXPECT_EQ(done.at("entities").at("sub_jobs").at(1).at("status"), "FAIL");
  EXPECT_EQ(done.at("entities").at("sub_jobs").at(1).at("error_code"), "Ecs.0100");
  EXPECT_EQ(status_of(up), "ACTIVE");
  EXPECT_EQ(status_of(down), "SHUTOFF");
}

TEST_F(EcsActions, NothingToDoIsASuccess) {
  const std::string id = create_active();
  const json::value made = start_job("BatchStartServers", power("os-start", {id}));
  EXPECT_TRUE(show(id).at("OS-EXT-STS:task_state").is_null());
  finish();
  EXPECT_EQ(job(made).at("status"), "SUCCESS");
}

TEST_F(EcsActions, AHardRebootWorksOnAStoppedServer) {
  const std::string id = create_active();
  stop(id);
  start_job("BatchRebootServers", power("reboot", {id}, "HARD"));
  EXPECT_EQ(status_of(id), "HARD_REBOOT");
  finish();
  EXPECT_EQ(status_of(id), "ACTIVE");
}

TEST_F(EcsActions, ABatchIsRefusedAsAWhole) {
  const std::string id = create_active();
  const std::string missing = "00000000-0000-4000-8000-000000000000";
  EXPECT_EQ(code("BatchStopServers", {{}, {}, power("os-stop", {id, missing}), {}}), "Ecs.0114");
  EXPECT_EQ(code("BatchStopServers", {{}, {}, power("os-stop", {id, "x"}), {}}), "Ecs.0005");
  EXPECT_EQ(code("BatchStopServers", {{}, {}, power("os-stop", {}), {}}), "Ecs.0005");
  EXPECT_EQ(code("BatchStopServers", {{}, {}, power("os-stop", {id}, "SOON"), {}}), "Ecs.0005");
  EXPECT_EQ(code("BatchRebootServers", {{}, {}, power("reboot", {id}), {}}), "Ecs.0005");
  EXPECT_EQ(
      code("BatchStopServers", {{}, {}, power("os-stop", std::vector<std::string>(1001, id)), {}}),
      "Ecs.0118");
  EXPECT_TRUE(show(id).at("OS-EXT-STS:task_state").is_null());
}

TEST_F(EcsActions, AnIdGivenTwiceIsOneServer) {
  const std::string id = create_active();
  const json::value made = start_job("DeleteServers", json::object{{"servers", servers({id, id})}});
  EXPECT_EQ(job(made).at("entities").at("sub_jobs_total"), 1);
}

TEST_F(EcsActions, ManyServersAreDeletedInOneJob) {
  const json::value made = create(order("web", 130));
  std::vector<std::string> ids;
  for (const json::value& id : made.at("serverIds").as_array()) ids.emplace_back(id.as_string());
  const json::value erase = start_job("DeleteServers", json::object{{"servers", servers(ids)}});
  EXPECT_EQ(answer("ListServersDetails").at("count"), 130);
  finish();
  EXPECT_EQ(job(erase).at("status"), "SUCCESS");
  EXPECT_EQ(answer("ListServersDetails").at("count"), 0);
}

TEST_F(EcsActions, ResizeNeedsAStoppedServerOrTheModeThatStopsIt) {
  const std::string id = create_active();
  const auto resize = [&](std::string_view flavor, bool live) {
    json::object body{{"resize", json::object{{"flavorRef", flavor}}}};
    if (live) body["resize"].as_object()["mode"] = "withStopServer";
    return Asked{{{"server_id", id}}, {}, body, {}};
  };
  EXPECT_EQ(code("ResizeServer", resize("s6.large.2", false)), "Ecs.0100");
  EXPECT_EQ(code("ResizeServer", resize("s6.small.1", true)), "Ecs.0009");
  EXPECT_EQ(code("ResizeServer", resize("x1.none", true)), "Ecs.0029");
  EXPECT_EQ(code("ResizeServer", resize("kc1.large.2", true)), "Ecs.0804");
  answer("ResizeServer", resize("s6.large.2", true));
  EXPECT_EQ(status_of(id), "RESIZE");
  EXPECT_EQ(show(id).at("flavor").at("id"), "s6.small.1");
  finish();
  EXPECT_EQ(status_of(id), "ACTIVE");
  EXPECT_EQ(show(id).at("flavor").at("id"), "s6.large.2");
  stop(id);
  answer("ResizePostPaidServer", resize("s6.xlarge.2", false));
  finish();
  EXPECT_EQ(status_of(id), "SHUTOFF");
  EXPECT_EQ(show(id).at("flavor").at("ram"), "8192");
}

TEST_F(EcsActions, ALockedServerObeysNobody) {
  const std::string id = create_active();
  const Asked lock{{{"server_id", id}}, {}, json::object{{"lock", nullptr}}, {}};
  EXPECT_TRUE(run("NovaLockServer", lock));
  const json::value made = start_job("BatchStopServers", power("os-stop", {id}));
  finish();
  EXPECT_EQ(job(made).at("error_code"), "Ecs.0605");
  EXPECT_EQ(status_of(id), "ACTIVE");
  EXPECT_EQ(run("NovaStopServer", lock).error().kind, FaultKind::State);
  EXPECT_TRUE(run("NovaUnlockServer", lock));
  EXPECT_TRUE(run("NovaStopServer", lock));
  finish();
  EXPECT_EQ(status_of(id), "SHUTOFF");
}

TEST_F(EcsActions, NovaActsOnOneServerAndSaysWhatItCannot) {
  const std::string id = create_active();
  const auto asked = [&](json::value body) {
    return Asked{{{"server_id", id}}, {}, std::move(body), {}};
  };
  EXPECT_TRUE(run("NovaStopServer", asked({})));
  EXPECT_EQ(run("NovaStartServer", asked({})).error().kind, FaultKind::State);
  finish();
  EXPECT_TRUE(run("NovaStartServer", asked({})));
  finish();
  EXPECT_FALSE(run("NovaRebootServer", asked(json::object{{"reboot", {{"type", "x"}}}})));
  EXPECT_TRUE(run("NovaRebootServer", asked(json::object{{"reboot", {{"type", "HARD"}}}})));
  finish();
  EXPECT_TRUE(run("NovaDeleteServer", asked({})));
  EXPECT_EQ(show(id).at("OS-EXT-STS:task_state"), "deleting");
  finish();
  EXPECT_EQ(run("NovaDeleteServer", asked({})).error().kind, FaultKind::NotFound);
}

TEST_F(EcsActions, JobsThatAreUnknownOrPastAreToldApart) {
  const json::value made = create(order());
  const std::string id(made.at("job_id").as_string());
  EXPECT_EQ(id.size(), 32U);
  EXPECT_TRUE(id.starts_with("ff8080"));
  const auto ask = [&](std::string_view job) {
    return run("ShowJob", {{{"job_id", job}}, {}, {}, {}});
  };
  for (const std::string_view wrong : {"", "x", "ff8080", "ffffffffffffffffffffffffffffffff"}) {
    const Outcome outcome = ask(wrong);
    ASSERT_FALSE(outcome) << wrong;
    EXPECT_EQ(outcome.error().code, "Common.0011");
    EXPECT_EQ(outcome.error().status, 400);
  }
  EXPECT_FALSE(run_in(elsewhere_, "ShowJob", {{{"job_id", id}}, {}, {}, {}}));
  EXPECT_FALSE(ask(id.substr(0, 28) + "0002"));
  clock_.advance(std::chrono::hours(9));
  EXPECT_TRUE(ask(id));
  clock_.advance(std::chrono::hours(24));
  create(order("sweeps"));
  const Outcome gone = ask(id);
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().status, 404);
}

}  // namespace
}  // namespace jianmen::services::ecs
