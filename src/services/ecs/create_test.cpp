#include <set>
#include <thread>

#include "crypto/system_random.hpp"
#include "services/ecs/testing.hpp"

namespace jianmen::services::ecs {
namespace {

namespace json = base::json;

class EcsCreate : public EcsTest {
 protected:
  EcsCreate()
      : EcsTest([] {
          Settings settings;
          settings.server_quota = 250;
          return settings;
        }()) {}
  std::string refused(const json::object& server, std::string_view operation = "CreateServers") {
    return code(operation, {{}, {}, json::object{{"server", server}}, {}});
  }
  std::vector<std::string> names_of(std::string_view name, int count) {
    create(order(name, count));
    std::vector<std::string> all = names({});
    all.resize(std::min(all.size(), static_cast<std::size_t>(count)));
    clock_.advance(std::chrono::seconds(1));
    return all;
  }
  static std::string address_of(const json::value& server) {
    return std::string(
        server.at("addresses").as_object().begin()->value().at(0).at("addr").as_string());
  }
  static constexpr const char* kToken = "0123abcd-0123-4123-8123-0123456789ab";
};

TEST_F(EcsCreate, RefusesWhatIsWrongWithTheCodeForIt) {
  struct Row {
    std::string_view key;
    json::value value;  // null: the member is left out
    std::string_view code;
  };
  const json::object nic{{"subnet_id", default_network(here_.id.value).network}};
  const auto subnet = [&](std::string_view id, std::string_view address = "") {
    json::object other{{"subnet_id", id}};
    if (!address.empty()) other["ip_address"] = address;
    return json::array{other};
  };
  const std::string network = default_network(here_.id.value).network;
  const Row rows[] = {
      {"name", nullptr, "Ecs.0005"},
      {"name", "", "Ecs.0914"},
      {"name", json::string(129, 'a'), "Ecs.0914"},
      {"name", "a b", "Ecs.0915"},
      {"name", "a<b", "Ecs.0915"},
      {"name", "\xff", "Ecs.0915"},
      {"name", 7, "Ecs.0005"},
      {"flavorRef", nullptr, "Ecs.0029"},
      {"flavorRef", "x1.none", "Ecs.0029"},
      {"flavorRef", "p2s.2xlarge.8", "Ecs.0018"},
      {"flavorRef", "s2.small.1", "Ecs.0019"},
      {"flavorRef", "kc1.large.2", "Ecs.0005"},
      {"imageRef", nullptr, "Ecs.0031"},
      {"imageRef", "00000000-0000-4000-8000-000000000000", "Ecs.0031"},
      {"vpcid", nullptr, "Ecs.0005"},
      {"vpcid", "sdf", "Ecs.0005"},
      {"vpcid", "00000000-0000-4000-8000-000000000000", "Ecs.0014"},
      {"nics", nullptr, "Ecs.0005"},
      {"nics", json::array(), "Ecs.0005"},
      {"nics", json::array{7}, "Ecs.0005"},
      {"nics", json::array{nic, nic, nic}, "Ecs.0050"},
      {"nics", subnet("sdf"), "Ecs.0005"},
      {"nics", subnet("00000000-0000-4000-8000-000000000000"), "Ecs.0038"},
      {"nics", subnet(network, "10.0.0.1"), "Ecs.0005"},
      {"nics", subnet(network, "192.168.0.1"), "Ecs.0005"},
      {"nics", subnet(network, "192.168.0"), "Ecs.0005"},
      {"root_volume", nullptr, "Ecs.0005"},
      {"root_volume", json::object{{"volumetype", "FLOPPY"}}, "Ecs.0043"},
      {"root_volume", json::object{{"volumetype", "SSD"}, {"size", 39}}, "Ecs.0005"},
      {"root_volume", json::object{{"volumetype", "SSD"}, {"size", 1025}}, "Ecs.0005"},
      {"data_volumes", json::array{json::object{{"volumetype", "SSD"}}}, "Ecs.0005"},
      {"data_volumes", json::array{json::object{{"volumetype", "SSD"}, {"size", 9}}}, "Ecs.0005"},
      {"security_groups", json::array{json::object{{"id", "00000000-0000-4000-8000-000000000000"}}},
       "Ecs.0014"},
      {"availability_zone", "cn-north-9z", "Ecs.0005"},
      {"count", 0, "Ecs.0913"},
      {"count", 501, "Ecs.0913"},
      {"count", 251, "Ecs.0001"},
      {"adminPass", "short1!", "Ecs.0011"},
      {"adminPass", "alllowercase", "Ecs.0011"},
      {"adminPass", "Blank here1", "Ecs.0011"},
      {"adminPass", json::string(std::string(27, 'a') + "A1"), "Ecs.0011"},
      {"description", json::string(86, 'a'), "Ecs.0041"},
      {"description", "<b>", "Ecs.0041"},
      {"metadata", json::object{{"a b!", "x"}}, "Ecs.0005"},
      {"metadata", json::object{{"a", std::string(256, 'x')}}, "Ecs.0005"},
      {"metadata", json::object{{"a", 1}}, "Ecs.0005"},
      {"server_tags", json::array{json::object{{"key", ""}, {"value", ""}}}, "Ecs.0906"},
      {"server_tags", json::array{json::object{{"key", std::string(37, 'k')}}}, "Ecs.0906"},
      {"server_tags", json::array{json::object{{"key", "a=b"}}}, "Ecs.0907"},
      {"server_tags", json::array{json::object{{"key", "a"}}, json::object{{"key", "a"}}},
       "Ecs.0908"},
      {"server_tags", json::array(11, json::object{{"key", "a"}}), "Ecs.0905"},
      {"extendparam", json::object{{"chargingMode", "free"}}, "Ecs.0005"},
      {"extendparam", json::object{{"chargingMode", "prePaid"}}, "Ecs.0005"},
      {"extendparam",
       json::object{{"chargingMode", "prePaid"}, {"periodType", "month"}, {"periodNum", 10}},
       "Ecs.0005"},
  };
  for (const Row& row : rows) {
    json::object server = order();
    if (row.value.is_null()) {
      server.erase(row.key);
    } else {
      server[row.key] = row.value;
    }
    EXPECT_EQ(refused(server), row.code) << row.key << " " << row.value;
  }
  EXPECT_EQ(answer("ListServersDetails").at("count"), 0);
  EXPECT_EQ(refused(order()), "");
}

TEST_F(EcsCreate, TakesWhatIsAtTheEdge) {
  struct Row {
    std::string_view key;
    json::value value;
  };
  const Row rows[] = {
      {"name", json::string(128, 'a')},
      {"name", "名-_.9"},
      {"adminPass", "Test12345678!"},
      {"description", json::string(85, 'a')},
      {"root_volume", json::object{{"volumetype", "GPSSD"}, {"size", 1024}}},
      {"data_volumes", json::array{json::object{{"volumetype", "SAS"}, {"size", 10}}}},
      {"availability_zone", "cn-north-4b"},
      {"security_groups",
       json::array{json::object{{"id", default_network(here_.id.value).security_group}}}},
      {"tags", json::array{"key.value"}},
      {"metadata", json::object{{"op_svc_userid", "x"}}},
      {"extendparam", json::object{{"chargingMode", "postPaid"}}},
      {"unknown", true},
  };
  for (const Row& row : rows) {
    json::object server = order();
    server[row.key] = row.value;
    EXPECT_EQ(refused(server), "") << row.key << " " << row.value;
  }
}

TEST_F(EcsCreate, ADryRunChecksAndMakesNothing) {
  const Outcome outcome =
      run("CreateServers", {{}, {}, json::object{{"server", order()}, {"dry_run", true}}, {}});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->status, 202);
  EXPECT_EQ(answer("ListServersDetails").at("count"), 0);
  json::object wrong = order();
  wrong["flavorRef"] = "x1.none";
  EXPECT_EQ(code("CreateServers", {{}, {}, json::object{{"server", wrong}, {"dry_run", true}}, {}}),
            "Ecs.0029");
}

TEST_F(EcsCreate, NamesOfABatchGetNumbers) {
  EXPECT_EQ(names_of("web", 1), (std::vector<std::string>{"web"}));
  EXPECT_EQ(names_of("web", 3), (std::vector<std::string>{"web-0001", "web-0002", "web-0003"}));
  EXPECT_EQ(names_of("web-0010", 2), (std::vector<std::string>{"web-0011", "web-0012"}));
  EXPECT_EQ(names_of("web-10", 2), (std::vector<std::string>{"web-10-0001", "web-10-0002"}));
  json::object same = order("same", 2);
  same["isAutoRename"] = true;
  create(same);
  EXPECT_EQ(names({{}, {{"name", "same"}}, {}, {}}), (std::vector<std::string>{"same", "same"}));
  EXPECT_EQ(refused(order(std::string(60, 'a'), 2)), "Ecs.0914");
}

TEST_F(EcsCreate, ABatchLargerThanOneTransactionIsWhole) {
  const json::value made = create(order("web", 200));
  EXPECT_EQ(made.at("serverIds").as_array().size(), 200U);
  finish();
  const json::value done = job(made);
  EXPECT_EQ(done.at("entities").at("sub_jobs_total"), 200);
  EXPECT_EQ(done.at("status"), "SUCCESS");
  std::set<std::string> addresses;
  const json::value list = answer("ListServersDetails", {{}, {{"limit", "1000"}}, {}, {}});
  for (const json::value& server : list.at("servers").as_array()) {
    addresses.emplace(
        server.at("addresses").as_object().begin()->value().at(0).at("addr").as_string());
  }
  EXPECT_EQ(addresses.size(), 200U);
  // Each part can be asked for by itself.
  const std::string part(done.at("entities").at("sub_jobs").at(199).at("job_id").as_string());
  EXPECT_EQ(answer("ShowJob", {{{"job_id", part}}, {}, {}, {}}).at("job_type"),
            "createSingleServer");
  EXPECT_EQ(refused(order("more", 51)), "Ecs.0001");
  EXPECT_EQ(refused(order("more", 50)), "");
}

TEST_F(EcsCreate, TheQuotaCountsWhatIsThereAndFreesWhatIsGone) {
  const json::value made = create(order("web", 250));
  finish();
  EXPECT_EQ(refused(order()), "Ecs.0001");
  const std::string id(made.at("serverIds").at(0).as_string());
  (void)run("DeleteServers", {{}, {}, json::object{{"servers", servers({id})}}, {}});
  EXPECT_EQ(refused(order()), "Ecs.0001");
  finish();
  EXPECT_EQ(refused(order()), "");
}

TEST_F(EcsCreate, AnAddressIsGivenOnce) {
  json::object wanted = order("a");
  wanted["nics"].at(0).as_object()["ip_address"] = "192.168.0.3";
  create(wanted);
  EXPECT_EQ(refused(wanted), "Ecs.0010");
  const json::value made = create(order("b", 2));
  const auto address = [&](std::size_t i) {
    const json::value server = show(made.at("serverIds").at(i).as_string());
    return std::string(
        server.at("addresses").as_object().begin()->value().at(0).at("addr").as_string());
  };
  EXPECT_EQ(address(0), "192.168.0.2");
  EXPECT_EQ(address(1), "192.168.0.4");
}

TEST_F(EcsCreate, TwoWhoCreateAtOnceShareNoAddressAndNoQuota) {
  constexpr int kThreads = 4, kEach = 20;
  crypto::SystemRandom random;  // the sequence of the other tests is for one thread
  Settings settings;
  settings.server_quota = 250;
  ecs_ = std::make_unique<Ecs>(
      Dependencies{*store_, test_catalog(), directory_, clock_, random, settings});
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this] {
      for (int k = 0; k < kEach; ++k) {
        const Asked asked{{}, {}, json::object{{"server", order("web", 4)}}, {}};
        (void)run("CreateServers", asked);
      }
    });
  }
  threads.clear();
  const json::value list = answer("ListServersDetails", {{}, {{"limit", "1000"}}, {}, {}});
  EXPECT_EQ(list.at("count"), 248);  // of 320 that were asked for, the last whole batch below 250
  std::set<std::string> addresses;
  for (const json::value& server : list.at("servers").as_array()) {
    addresses.emplace(address_of(server));
  }
  EXPECT_EQ(addresses.size(), 248U);
}

TEST_F(EcsCreate, TheSameTokenGivesTheFirstResultAgain) {
  const json::value first = create(order(), {{"X-Client-Token", kToken}});
  const json::value again = create(order(), {{"x-client-token", kToken}});
  EXPECT_EQ(first, again);
  EXPECT_EQ(answer("ListServersDetails").at("count"), 1);
  restart();
  EXPECT_EQ(create(order(), {{"X-Client-Token", kToken}}), first);
  const auto ask = [&](const json::object& server, std::string_view token) {
    return code(
        "CreateServers",
        {{}, {}, json::object{{"server", server}}, {{"X-Client-Token", std::string(token)}}});
  };
  EXPECT_EQ(ask(order("other"), kToken), "Ecs.0122");
  EXPECT_EQ(ask(order(), "not-a-uuid"), "Ecs.0123");
  EXPECT_EQ(ask(order(), "0123ABCD-0123-4123-8123-0123456789ab"), "Ecs.0123");
  clock_.advance(std::chrono::hours(8));
  EXPECT_EQ(ask(order(), kToken), "");
  clock_.advance(base::Duration(1));
  EXPECT_EQ(ask(order(), kToken), "Ecs.0124");
  EXPECT_EQ(answer("ListServersDetails").at("count"), 1);
}

TEST_F(EcsCreate, PrepaidServersHaveAnOrderAndAreNotDeletedByUsers) {
  json::object server = order();
  server["extendparam"] =
      json::object{{"chargingMode", "prePaid"}, {"periodType", "month"}, {"periodNum", 1}};
  const json::value made = create(server);
  EXPECT_TRUE(made.at("order_id").as_string().starts_with("CS2606011200"));
  finish();
  const std::string id(made.at("serverIds").at(0).as_string());
  EXPECT_EQ(show(id).at("metadata").at("charging_mode"), "1");
  const json::value erase =
      answer("DeleteServers", {{}, {}, json::object{{"servers", servers({id})}}, {}});
  finish();
  EXPECT_EQ(job(erase).at("error_code"), "Ecs.0513");
  EXPECT_EQ(status_of(id), "ACTIVE");
}

TEST_F(EcsCreate, TheOlderDialectHasANumericChargingMode) {
  json::object server = order();
  server["extendparam"] = json::object{{"chargingMode", 0}};
  EXPECT_EQ(refused(server, "CreatePostPaidServers"), "");
  server["extendparam"] = json::object{{"chargingMode", 1}};
  EXPECT_EQ(refused(server, "CreatePostPaidServers"), "Ecs.0005");
  server["extendparam"] = json::object{{"chargingMode", 0.0}};
  EXPECT_EQ(refused(server, "CreatePostPaidServers"), "Ecs.0005");
}

TEST_F(EcsCreate, NoBodyOfAnyKindBreaksAnything) {
  for (const json::value& body :
       {json::value(nullptr), json::value(1), json::value(json::array{}),
        json::value(json::object{}), json::value(json::object{{"server", 1}})}) {
    for (const std::string_view operation :
         {"CreateServers", "DeleteServers", "BatchStopServers", "BatchRebootServers",
          "ResizeServer", "UpdateServer", "BatchUpdateServersName", "UpdateServerMetadata",
          "BatchCreateServerTags", "BatchDeleteServerTags", "ListServersByTag",
          "ResetServerPassword"}) {
      EXPECT_EQ(code(operation, {{{"server_id", "x"}}, {}, body, {}}), "Ecs.0005")
          << operation << " " << body;
    }
  }
}

}  // namespace
}  // namespace jianmen::services::ecs
