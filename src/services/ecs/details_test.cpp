// What belongs to one server or to all: tags, metadata, names, devices, passwords, flavors, quotas,
// zones, fixtures.

#include "services/ecs/testing.hpp"

namespace jianmen::services::ecs {
namespace {

namespace json = base::json;

class EcsDetails : public EcsTest {
 protected:
  json::value tags(const std::vector<std::pair<std::string, std::string>>& pairs,
                   std::string_view action) {
    json::array list;
    for (const auto& [key, value] : pairs)
      list.emplace_back(json::object{{"key", key}, {"value", value}});
    return json::object{{"action", action}, {"tags", std::move(list)}};
  }
  Asked at(std::string_view id, json::value body = {}) {
    return {{{"server_id", id}}, {}, std::move(body), {}};
  }
};

TEST_F(EcsDetails, TagsAreSetOverwrittenAndTakenAway) {
  const std::string id = create_active();
  EXPECT_EQ(code("BatchCreateServerTags", at(id, tags({{"a", "1"}, {"b", ""}}, "create"))), "");
  EXPECT_EQ(code("BatchCreateServerTags", at(id, tags({{"a", "2"}}, "create"))), "");
  EXPECT_EQ(show(id).at("tags"), (json::array{"a=2", "b"}));
  EXPECT_EQ(answer("ShowServerTags", at(id)).at("tags").at(0).at("value"), "2");
  EXPECT_EQ(
      code("BatchDeleteServerTags", at(id, tags({{"a", "whatever"}, {"none", ""}}, "delete"))), "");
  EXPECT_EQ(show(id).at("tags"), (json::array{"b"}));
  EXPECT_EQ(code("BatchCreateServerTags", at("nobody", tags({{"a", "1"}}, "create"))), "Ecs.0114");
  EXPECT_EQ(code("BatchCreateServerTags", at(id, tags({{"a|b", "1"}}, "create"))), "Ecs.0907");
}

TEST_F(EcsDetails, AServerHasTwentyTagsAtMost) {
  const std::string id = create_active();
  for (int part = 0; part < 2; ++part) {
    std::vector<std::pair<std::string, std::string>> ten;
    for (int i = 0; i < 10; ++i) ten.emplace_back("k" + std::to_string(part * 10 + i), "v");
    EXPECT_EQ(code("BatchCreateServerTags", at(id, tags(ten, "create"))), "");
  }
  EXPECT_EQ(code("BatchCreateServerTags", at(id, tags({{"more", "v"}}, "create"))), "Ecs.0905");
  EXPECT_EQ(code("BatchCreateServerTags", at(id, tags({{"k0", "new"}}, "create"))), "");
  EXPECT_EQ(show(id).at("tags").as_array().size(), 20U);
}

TEST_F(EcsDetails, ServersAreFoundByTag) {
  const std::string a = create_active("alpha"), b = create_active("beta");
  (void)run("BatchCreateServerTags", at(a, tags({{"env", "prod"}, {"team", "x"}}, "create")));
  (void)run("BatchCreateServerTags", at(b, tags({{"env", "test"}}, "create")));
  EXPECT_EQ(answer("ListServerTags").at("tags").at(0).at("values"), (json::array{"prod", "test"}));
  struct Row {
    std::string_view query;
    int count;
  };
  const Row rows[] = {
      {R"({"action":"count"})", 2},
      {R"({"action":"count","tags":[{"key":"env","values":["prod"]}]})", 1},
      {R"({"action":"count","tags":[{"key":"env","values":["prod","test"]}]})", 2},
      {R"({"action":"count","tags":[{"key":"env","values":[]}]})", 2},
      {R"({"action":"count","tags":[{"key":"env","values":[]},{"key":"team","values":[]}]})", 1},
      {R"({"action":"count","tags":[{"key":"none","values":[]}]})", 0},
      {R"({"action":"count","not_tags":[{"key":"team","values":[]}]})", 1},
      {R"({"action":"count","matches":[{"key":"resource_name","value":"LPH"}]})", 1},
      {R"({"action":"count","matches":[{"key":"resource_name","value":"gamma"}]})", 0},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(answer("ListServersByTag", {{}, {}, json::parse(row.query), {}}).at("total_count"),
              row.count)
        << row.query;
  }
  const json::value page =
      answer("ListServersByTag",
             {{}, {}, json::parse(R"({"action":"filter","limit":"1","offset":"1"})"), {}});
  EXPECT_EQ(page.at("total_count"), 2);
  EXPECT_EQ(page.at("resources").as_array().size(), 1U);
  EXPECT_EQ(code("ListServersByTag", {{}, {}, json::parse(R"({"action":"x"})"), {}}), "Ecs.0005");
  EXPECT_EQ(
      code("ListServersByTag", {{}, {}, json::parse(R"({"action":"filter","limit":"0"})"), {}}),
      "Ecs.0005");
}

TEST_F(EcsDetails, MetadataMergesAndItsKeysCanBeTakenAway) {
  const std::string id = create_active();
  EXPECT_EQ(answer("UpdateServerMetadata", at(id, json::object{{"metadata", {{"k", "v"}}}}))
                .at("metadata")
                .at("k"),
            "v");
  EXPECT_EQ(code("UpdateServerMetadata", at(id, json::object{{"metadata", json::object()}})), "");
  EXPECT_EQ(show(id).at("metadata").at("k"), "v");
  Asked key = at(id);
  key.path.emplace_back("key", "k");
  EXPECT_EQ(code("DeleteServerMetadata", key), "");
  EXPECT_FALSE(show(id).at("metadata").as_object().contains("k"));
  EXPECT_FALSE(run("DeleteServerMetadata", key));
  const json::value made = create(order("young"));
  const std::string young(made.at("serverIds").at(0).as_string());
  EXPECT_EQ(code("UpdateServerMetadata", at(young, json::object{{"metadata", {{"k", "v"}}}})),
            "Ecs.0100");
}

TEST_F(EcsDetails, ServersAreRenamedOneByOneOrTogether) {
  const std::string a = create_active("a"), b = create_active("b");
  const json::value changed =
      answer("UpdateServer", at(a, json::object{{"server", {{"name", "x"}}}})).at("server");
  EXPECT_EQ(changed.at("name"), "x");
  EXPECT_TRUE(changed.at("image").is_string());
  EXPECT_EQ(changed.at("addresses").as_object().begin()->value().at(0).at("version"), 4);
  EXPECT_EQ(code("UpdateServer", at(a, json::object{{"server", {{"name", "a b"}}}})), "Ecs.0915");
  EXPECT_EQ(code("UpdateServer", at("nobody", json::object{{"server", {{"name", "x"}}}})),
            "Ecs.0114");
  json::object body{{"name", "both"}, {"servers", servers({a, b})}, {"dry_run", true}};
  answer("BatchUpdateServersName", {{}, {}, body, {}});
  EXPECT_EQ(show(b).at("name"), "b");
  body["dry_run"] = false;
  EXPECT_EQ(answer("BatchUpdateServersName", {{}, {}, body, {}}).at("response").as_array().size(),
            2U);
  EXPECT_EQ(show(b).at("name"), "both");
}

TEST_F(EcsDetails, DevicesAndInterfacesHaveTheirOwnTypes) {
  const std::string id = create_active();
  const json::value disks = answer("ListServerBlockDevices", at(id));
  EXPECT_EQ(disks.at("volumeAttachments").at(0).at("size"), 40);
  EXPECT_EQ(disks.at("volumeAttachments").at(0).at("bootIndex"), 0);
  EXPECT_EQ(disks.at("attachableQuantity").at("free_disk"), 59);
  Asked one = at(id);
  const std::string volume(disks.at("volumeAttachments").at(0).at("id").as_string());
  one.path.emplace_back("volume_id", volume);
  EXPECT_EQ(answer("ShowServerBlockDevice", one).at("volumeAttachment").at("device"), "/dev/vda");
  EXPECT_EQ(
      answer("ListServerVolumeAttachments", at(id)).at("volumeAttachments").at(0).at("volumeId"),
      json::value(volume));
  const json::value nics = answer("ListServerInterfaces", at(id));
  EXPECT_EQ(nics.at("interfaceAttachments").at(0).at("net_id"),
            json::value(default_network(here_.id.value).network));
  EXPECT_EQ(nics.at("attachableQuantity").at("free_nic"), 1);
}

TEST_F(EcsDetails, PasswordsAreCheckedOnlyWhenAsked) {
  const std::string id = create_active();
  const auto reset = [&](std::string_view password, bool check) {
    return code("ResetServerPassword",
                at(id, json::object{{"reset-password",
                                     {{"new_password", password}, {"is_check_password", check}}}}));
  };
  EXPECT_EQ(reset("weak", false), "");
  EXPECT_EQ(reset("weak", true), "Ecs.0011");
  EXPECT_EQ(reset("Better1234!", true), "");
  EXPECT_EQ(answer("ShowResetPasswordFlag", at(id)).at("resetpwd_flag"), "True");
}

TEST_F(EcsDetails, FlavorsAreListedPagedAndNarrowed) {
  const json::value all = answer("ListFlavors");
  ASSERT_GE(all.at("flavors").as_array().size(), 12U);
  const json::value& first = all.at("flavors").at(0);
  EXPECT_TRUE(first.at("vcpus").is_string());
  EXPECT_TRUE(first.at("ram").is_int64());
  EXPECT_TRUE(first.at("rxtx_factor").is_int64());
  EXPECT_TRUE(first.at("os_extra_specs").as_object().contains("ecs:generation"));
  const json::value usable =
      answer("ListFlavors", {{}, {{"availability_zone", "cn-north-4a"}}, {}, {}});
  EXPECT_LT(usable.at("flavors").as_array().size(), all.at("flavors").as_array().size());
  EXPECT_EQ(answer("ListFlavors", {{}, {{"limit", "2"}}, {}, {}}).at("flavors").as_array().size(),
            2U);
  EXPECT_EQ(answer("ListFlavors", {{}, {{"flavor_id", "s3.small.1"}}, {}, {}})
                .at("flavors")
                .as_array()
                .size(),
            1U);
  EXPECT_EQ(code("ListFlavors", {{}, {{"availability_zone", "x"}}, {}, {}}), "Ecs.0005");
  EXPECT_EQ(code("ListFlavors", {{}, {{"marker", "x"}}, {}, {}}), "Ecs.0005");
  EXPECT_EQ(answer("NovaShowFlavor", {{{"flavor_id", "s3.small.1"}}, {}, {}, {}})
                .at("flavor")
                .at("vcpus"),
            1);
  EXPECT_EQ(run("NovaShowFlavor", {{{"flavor_id", "x"}}, {}, {}, {}}).error().kind,
            FaultKind::NotFound);
  EXPECT_EQ(answer("NovaListFlavors", {{}, {{"minRam", "32768"}}, {}, {}})
                .at("flavors")
                .as_array()
                .size(),
            3U);
}

TEST_F(EcsDetails, ResizeFlavorsLeaveOutTheSourceAndOtherProcessors) {
  const std::string id = create_active();
  const json::value list = answer(
      "ListResizeFlavors",
      {{}, {{"instance_uuid", id}, {"sort_key", "memory_mb"}, {"sort_dir", "desc"}}, {}, {}});
  EXPECT_EQ(list.at("flavors").at(0).at("ram"), 65536);
  for (const json::value& flavor : list.at("flavors").as_array()) {
    EXPECT_NE(flavor.at("id"), "s6.small.1");
    EXPECT_FALSE(flavor.at("id").as_string().starts_with("kc1"));
  }
  EXPECT_EQ(code("ListResizeFlavors"), "Ecs.0005");
  EXPECT_EQ(code("ListResizeFlavors", {{}, {{"source_flavor_id", "x"}}, {}, {}}), "Ecs.0029");
}

TEST_F(EcsDetails, LimitsCountWhatIsUsed) {
  create_active();
  const json::value limits = answer("ShowServerLimits").at("absolute");
  EXPECT_EQ(limits.at("maxTotalInstances"), 1000);
  EXPECT_EQ(limits.at("totalInstancesUsed"), 1);
  EXPECT_EQ(limits.at("totalRAMUsed"), 1024);
  EXPECT_EQ(answer("NovaShowLimits").at("limits").at("absolute").at("totalCoresUsed"), 1);
  EXPECT_EQ(answer("NovaShowQuota").at("quota_set").at("instances"), 1000);
  EXPECT_FALSE(run("NovaShowQuota", {{{"target_project_id", "other"}}, {}, {}, {}}));
}

TEST_F(EcsDetails, ZonesAndVersionsAreListed) {
  EXPECT_EQ(answer("NovaListAvailabilityZones").at("availabilityZoneInfo").at(0).at("zoneName"),
            "cn-north-4a");
  EXPECT_EQ(answer("ListServerAzInfo").at("availability_zones").at(0).at("availability_zone_id"),
            "cn-north-4a");
  EXPECT_EQ(answer("NovaListVersions").at("versions").at(1).at("id"), "v2.1");
  EXPECT_EQ(answer("NovaShowVersion", {{{"api_version", "v2"}}, {}, {}, {}}).at("version").at("id"),
            "v2.0");
  EXPECT_FALSE(run("NovaShowVersion", {{{"api_version", "v9"}}, {}, {}, {}}));
}

TEST_F(EcsDetails, FixturesGiveTheSameServersEveryTime) {
  const identity::AccountId id("0503dda878000fed0f75c0096d70a960");
  directory::NewUser root;
  root.name = "demo";
  ASSERT_TRUE(directory_.create_account("demo", id, root));
  const auto account = directory_.find_account(id);
  ASSERT_TRUE(account);
  const auto project = directory_.find_project_by_name(id, "cn-north-4");
  ASSERT_TRUE(project);
  const json::value rows = json::parse(R"([
    {"project":"cn-north-4","id":"78ccc986-016f-4405-94f9-c4d58421eca7","name":"one","flavor":"s3.small.1",
     "vpc":"377a7782-72e4-4db2-96b7-841d5d6f18a8","address":"192.168.0.206","tags":{"a":"b"}},
    {"project":"cn-north-4","name":"two","status":"SHUTOFF"}])");
  ASSERT_TRUE(ecs_->load_servers(rows.as_array(), *account));
  here_ = *project;
  EXPECT_EQ(names({}), (std::vector<std::string>{"one", "two"}));
  const json::value server = show("78ccc986-016f-4405-94f9-c4d58421eca7");
  EXPECT_EQ(server.at("addresses").at("377a7782-72e4-4db2-96b7-841d5d6f18a8").at(0).at("addr"),
            "192.168.0.206");
  EXPECT_EQ(server.at("status"), "ACTIVE");
  const json::array exported = ecs_->export_servers(id);
  ASSERT_EQ(exported.size(), 2U);
  ASSERT_TRUE(ecs_->load_servers(exported, *account));
  EXPECT_EQ(show("78ccc986-016f-4405-94f9-c4d58421eca7"), server);
  EXPECT_EQ(answer("ListServersDetails").at("count"), 2);
  for (const std::string_view bad :
       {R"([{"project":"nowhere","name":"x"}])", R"([{"project":"cn-north-4"}])",
        R"([{"project":"cn-north-4","name":"x","flavor":"y"}])",
        R"([{"project":"cn-north-4","name":"x","address":"10.0.0.1"}])",
        R"([{"project":"cn-north-4","name":"x","id":"y"}])", "[7]"}) {
    EXPECT_FALSE(ecs_->load_servers(json::parse(bad).as_array(), *account)) << bad;
  }
}

}  // namespace
}  // namespace jianmen::services::ecs
