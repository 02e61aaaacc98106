#include "admin/admin.hpp"
#include "fixture_file.hpp"

namespace jianmen::app::admin {

namespace {

namespace json = base::json;
using Text = std::shared_ptr<std::string>;

Text text() { return std::make_shared<std::string>(); }

void add_keys(CLI::App& admin, Common& common) {
  auto* keys = add_noun(admin, common,
                        {"key", "/keys", "Access keys (AK/SK)", {"ak", "user", "active"}, true});
  auto user = text(), about = text();
  const auto create = add_verb(*keys, common, "create", "Make one; its SK is shown this once",
                               "--user alice", true);
  create.command->add_option("--user", *user, "Whose")->required();
  create.command->add_option("--description", *about, "What it is for");
  create.command->callback([=, &common] {
    ask(common, "POST", with_account("/keys", *create.account),
        json::object{{"user", *user}, {"description", *about}}, fields());
  });
  for (const bool on : {true, false}) {
    auto id = text();
    const auto verb = add_verb(*keys, common, on ? "enable" : "disable",
                               on ? "Let it be used again" : "Refuse it from now on", "AK", true);
    verb.command->add_option("AK", *id, "Access key id")->required();
    verb.command->callback([=, &common] {
      ask(common, "POST",
          with_account("/keys/" + AdminClient::encode(*id) + "/active", *verb.account),
          json::object{{"active", on}}, fields());
    });
  }
}

void add_grants(CLI::App& admin, Common& common) {
  auto* grants = admin.add_subcommand("grant", "Who was granted which role where");
  grants->require_subcommand(1);
  grants->footer("Example: jianmen admin grant list");
  const auto list = add_verb(*grants, common, "list", "All of them", "", true);
  list.command->callback([list, &common] {
    ask(common, "GET", with_account("/grants", *list.account), nullptr,
        table({"group", "agency", "role", "scope", "project"}));
  });
  struct Asked {
    std::string group, agency, role, project, scope;
  };
  for (const bool add : {true, false}) {
    auto asked = std::make_shared<Asked>();
    const auto verb =
        add_verb(*grants, common, add ? "create" : "delete", add ? "Grant a role" : "Take it back",
                 "--group ecs-viewers --role \"ECS ReadOnlyAccess\" --project cn-north-4", true);
    verb.command->add_option("--group", asked->group, "To whom: a group");
    verb.command->add_option("--agency", asked->agency, "To whom: an agency");
    verb.command->add_option("--role", asked->role, "Role or policy, by its name or id")
        ->required();
    verb.command->add_option("--project", asked->project, "Where: one project");
    verb.command
        ->add_option("--scope", asked->scope,
                     "Where: domain (global services), or all (the domain and every project)")
        ->check(CLI::IsMember({"domain", "all"}));
    verb.command->callback([=, &common] {
      json::object body{{"role", asked->role}};
      const auto put = [&body](std::string_view key, const std::string& value) {
        if (!value.empty()) body[key] = value;
      };
      put("group", asked->group);
      put("agency", asked->agency);
      put("project", asked->project);
      put("scope", asked->scope);
      ask(common, add ? "POST" : "DELETE", with_account("/grants", *verb.account), body, fields());
    });
  }
}

base::Result<json::value> policy_of(const std::string& file,
                                    const std::vector<std::string>& allowed) {
  if (!file.empty()) return read_fixture_file(file);
  if (allowed.empty()) {
    return base::fail(base::Code::InvalidArgument,
                      "what does it allow? --allow SERVICE:RESOURCE:OPERATION, or --file FILE");
  }
  const json::object statement{{"Effect", "Allow"},
                               {"Action", json::array(allowed.begin(), allowed.end())}};
  return json::object{{"Version", "1.1"}, {"Statement", json::array{statement}}};
}

void add_policies(CLI::App& admin, Common& common) {
  auto* policies =
      add_noun(admin, common,
               {"policy", "/policies", "Policies of an account", {"name", "id", "type"}, true});
  auto name = text(), file = text(), type = std::make_shared<std::string>("XA"), about = text();
  auto allowed = std::make_shared<std::vector<std::string>>();
  const auto create =
      add_verb(*policies, common, "create", "Make one from actions, or from a JSON or YAML file",
               "stoppers --allow ecs:cloudServers:stop --type XA", true);
  create.command->add_option("NAME", *name, "Its name")->required();
  auto* from_file =
      create.command->add_option("--file", *file, "{\"Version\":\"1.1\",\"Statement\":[…]}");
  create.command
      ->add_option("--allow", *allowed, "An action that it allows; may be repeated, no file then")
      ->allow_extra_args(false)
      ->excludes(from_file);
  create.command
      ->add_option("--type", *type, "XA: granted on projects (default); AX: on the domain")
      ->check(CLI::IsMember({"XA", "AX"}));
  create.command->add_option("--description", *about, "What it is for");
  create.command->callback([=, &common] {
    auto document = policy_of(*file, *allowed);
    if (!document) {
      report(document.error(), common);
      if (file->empty()) common.exit = Exit::Usage;
      return;
    }
    ask(common, "POST", with_account("/policies", *create.account),
        json::object{{"name", *name},
                     {"type", *type},
                     {"description", *about},
                     {"policy", std::move(*document)}},
        fields());
  });
  const auto system =
      add_verb(*policies, common, "system", "The cloud's own roles and policies", "", false);
  system.command->callback([&common] {
    ask(common, "GET", "/policies?system=true", nullptr, table({"name", "id", "catalog", "type"}));
  });
}

}  // namespace

void add_permissions(CLI::App& admin, Common& common) {
  add_keys(admin, common);
  add_grants(admin, common);
  add_policies(admin, common);
}

}  // namespace jianmen::app::admin
