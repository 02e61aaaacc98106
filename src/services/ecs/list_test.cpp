#include "services/ecs/testing.hpp"

namespace jianmen::services::ecs {
namespace {

namespace json = base::json;

class EcsLists : public EcsTest {
 protected:
  void make_batch(std::string_view name, int count) {
    create(order(name, count));
    finish();
  }
};

TEST_F(EcsLists, OffsetIsAPageNumberThatStartsAtOne) {
  make_batch("web", 7);
  struct Row {
    std::string_view limit, offset;
    std::vector<std::string> names;
  };
  const Row rows[] = {
      {"3", "1", {"web-0001", "web-0002", "web-0003"}},
      {"3", "0", {"web-0001", "web-0002", "web-0003"}},
      {"3", "2", {"web-0004", "web-0005", "web-0006"}},
      {"3", "3", {"web-0007"}},
      {"3", "4", {}},
      {"1000",
       "1",
       {"web-0001", "web-0002", "web-0003", "web-0004", "web-0005", "web-0006", "web-0007"}},
      {"1000", "2", {}},
  };
  for (const Row& row : rows) {
    const Asked asked{
        {}, {{"limit", std::string(row.limit)}, {"offset", std::string(row.offset)}}, {}, {}};
    EXPECT_EQ(names(asked), row.names) << row.limit << "/" << row.offset;
    EXPECT_EQ(answer("ListServersDetails", asked).at("count"), 7);
  }
}

TEST_F(EcsLists, TheMarkerIsTheLastIdOfThePageBefore) {
  make_batch("web", 3);
  const json::value first = answer("ListServersDetails", {{}, {{"limit", "2"}}, {}, {}});
  const std::string marker(first.at("servers").at(1).at("id").as_string());
  EXPECT_EQ(names({{}, {{"limit", "2"}, {"marker", marker}}, {}, {}}),
            (std::vector<std::string>{"web-0003"}));
  EXPECT_EQ(code("ListServersDetails", {{}, {{"marker", "nobody"}}, {}, {}}), "Ecs.0005");
}

TEST_F(EcsLists, NumbersOutOfRangeAreRefused) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"limit", "0"},
                                                        {"limit", "1001"},
                                                        {"limit", "-1"},
                                                        {"limit", "x"},
                                                        {"limit", ""},
                                                        {"offset", "-1"},
                                                        {"offset", "1.5"}}) {
    EXPECT_EQ(code("ListServersDetails", {{}, {{name, value}}, {}, {}}), "Ecs.0005")
        << name << "=" << value;
  }
  EXPECT_EQ(code("ListServersDetails", {{}, {{"limit", "1000"}, {"offset", "1"}}, {}, {}}), "");
}

TEST_F(EcsLists, TheNewestComesFirst) {
  create_active("old");
  clock_.advance(std::chrono::seconds(5));
  create_active("new");
  EXPECT_EQ(names({}), (std::vector<std::string>{"new", "old"}));
}

TEST_F(EcsLists, EveryFilterTakesSomeAndLeavesSome) {
  json::object other = order("db-Main");
  other["flavorRef"] = "s6.large.2";
  other["server_tags"] = json::array{json::object{{"key", "env"}, {"value", "prod"}},
                                     json::object{{"key", "bare"}, {"value", ""}}};
  other["nics"].at(0).as_object()["ip_address"] = "192.168.7.9";
  create(other);
  finish();
  clock_.advance(std::chrono::seconds(1));
  const std::string web = create_active("web");
  (void)run("BatchStopServers",
            {{}, {}, json::object{{"os-stop", {{"servers", servers({web})}}}}, {}});
  finish();
  struct Row {
    std::string name, value;
    std::vector<std::string> names;
  };
  const std::vector<std::string> both{"web", "db-Main"}, none, db{"db-Main"}, only_web{"web"};
  const Row rows[] = {
      {"name", "web", only_web},
      {"name", "WEB", only_web},
      {"name", "b-m", db},
      {"name", "w.b", only_web},
      {"name", "^d.*n$", db},
      {"name", "b", both},
      {"name", "nobody", none},
      {"flavor", "s6.large.2", db},
      {"flavor", "s6.large", none},
      {"status", "ACTIVE", db},
      {"status", "SHUTOFF", only_web},
      {"status", "NONSENSE", none},
      {"ip", "192.168", both},
      {"ip", "68.7.", db},
      {"ip", "10.0", none},
      {"ip_eq", "192.168.7.9", db},
      {"ip_eq", "192.168.7", none},
      {"tags", "env=prod", db},
      {"tags", "env=prod,bare=", db},
      {"tags", "env=test", none},
      {"tags", "env=prod,other=x", none},
      {"tags", "env", db},
      {"not-tags", "env=prod", only_web},
      {"not-tags", "__type_baremetal", both},
      {"enterprise_project_id", "0", both},
      {"enterprise_project_id", "all_granted_eps", both},
      {"enterprise_project_id", "c5afa4c2-0000-4000-8000-000000000000", none},
      {"reservation_id", "r-nothing0", none},
  };
  for (const Row& row : rows) {
    const Asked asked{{}, {{row.name, row.value}}, {}, {}};
    EXPECT_EQ(names(asked), row.names) << row.name << "=" << row.value;
    EXPECT_EQ(answer("ListServersDetails", asked).at("count"), json::value(row.names.size()));
  }
}

TEST_F(EcsLists, AListByIdShowsWhatDoesNotExistAsAFault) {
  const std::string id = create_active("web");
  const std::string missing = "00000000-0000-4000-8000-000000000000";
  const json::value list = answer(
      "ListServersDetails", {{}, {{"server_id", id + "," + missing}, {"name", "other"}}, {}, {}});
  EXPECT_EQ(list.at("count"), 2);
  EXPECT_EQ(list.at("servers").at(0).at("name"), "web");
  EXPECT_EQ(list.at("servers").at(1).at("id"), json::value(missing));
  EXPECT_TRUE(list.at("servers").at(1).at("name").is_null());
  EXPECT_EQ(list.at("servers").at(1).at("fault").at("code"), 404);
}

TEST_F(EcsLists, TheListSeesWhatHappenedSinceItWasLastRead) {
  const std::string id = create_active("web");
  EXPECT_EQ(names({}), (std::vector<std::string>{"web"}));
  (void)run("UpdateServer",
            {{{"server_id", id}}, {}, json::object{{"server", {{"name", "new"}}}}, {}});
  EXPECT_EQ(names({}), (std::vector<std::string>{"new"}));
  create_active("second");
  EXPECT_EQ(names({}).size(), 2U);
  (void)run("DeleteServers", {{}, {}, json::object{{"servers", servers({id})}}, {}});
  EXPECT_EQ(names({}).size(), 2U);
  finish();
  EXPECT_EQ(names({}), (std::vector<std::string>{"second"}));
}

TEST_F(EcsLists, TheSlimListPagesByMarkerAndShowsWhatWasAskedFor) {
  make_batch("web", 3);
  const json::value page =
      answer("ListCloudServers",
             {{}, {{"limit", "2"}, {"expect-fields", "market_info,addresses"}}, {}, {}});
  ASSERT_EQ(page.at("servers").as_array().size(), 2U);
  const json::value& server = page.at("servers").at(0);
  EXPECT_EQ(server.at("vm_state"), "active");
  EXPECT_EQ(server.at("flavor").at("vcpus"), 1);
  EXPECT_EQ(server.at("market_info").at("charge_mode"), "postpaid");
  EXPECT_EQ(server.at("addresses").as_object().begin()->value().at(0).at("version"), 4);
  EXPECT_FALSE(server.as_object().contains("metadata"));
  ASSERT_EQ(page.at("servers_links").as_array().size(), 1U);
  const std::string marker(page.at("servers").at(1).at("id").as_string());
  const json::value rest =
      answer("ListCloudServers", {{}, {{"limit", "2"}, {"marker", marker}}, {}, {}});
  EXPECT_EQ(rest.at("servers").as_array().size(), 1U);
  EXPECT_TRUE(rest.at("servers_links").as_array().empty());
  EXPECT_EQ(code("ListCloudServers", {{}, {{"limit", "101"}}, {}, {}}), "Ecs.0005");
}

TEST_F(EcsLists, NovaWritesTheSameServersItsOwnWay) {
  make_batch("web", 3);
  const json::value page = answer("NovaListServersDetails", {{}, {{"limit", "2"}}, {}, {}});
  ASSERT_EQ(page.at("servers").as_array().size(), 2U);
  const json::value& server = page.at("servers").at(0);
  EXPECT_EQ(server.at("addresses").as_object().begin()->value().at(0).at("version"), 4);
  EXPECT_TRUE(server.at("flavor").as_object().contains("links"));
  EXPECT_EQ(page.at("servers_links").at(0).at("rel"), "next");
  const std::string id(server.at("id").as_string());
  EXPECT_EQ(answer("NovaShowServer", {{{"server_id", id}}, {}, {}, {}}).at("server").at("id"),
            json::value(id));
  EXPECT_FALSE(answer("NovaListServers").as_object().contains("servers_links"));
  const Outcome missing = run("NovaShowServer", {{{"server_id", "nobody"}}, {}, {}, {}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, FaultKind::NotFound);
  EXPECT_EQ(missing.error().message, "Instance nobody could not be found.");
  EXPECT_EQ(run("NovaListServers", {{}, {{"limit", "1001"}}, {}, {}}).error().kind,
            FaultKind::Denied);
  EXPECT_EQ(run("NovaListServers", {{}, {{"marker", "x"}}, {}, {}}).error().kind,
            FaultKind::Parameter);
}

}  // namespace
}  // namespace jianmen::services::ecs
