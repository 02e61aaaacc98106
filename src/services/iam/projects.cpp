// Projects: one a region, made with the account, and sub-projects below them. SDKs find a region's
// project by GET /v3/projects?name=<region> and need exactly one hit.

#include "services/iam/detail/entity_json.hpp"
#include "services/iam/detail/own.hpp"
#include "services/iam/detail/parts.hpp"

namespace jianmen::services::iam {

namespace {

using identity::Project;

constexpr std::size_t kMaxPerPage = 5000;
constexpr std::size_t kMaxName = 64, kMaxDescription = 255;
constexpr std::size_t kUsualProject = 512, kUsualList = 1024;  // bytes of an answer

const std::string& parent_of(const Project& project) {
  return project.parent.empty() ? project.account.value : project.parent.value;
}

// `status` empty: without that member.
void write_project(base::JsonWriter& json, const Call& call, const Project& project, LinkForm form,
                   std::string_view status = {}) {
  json.begin_object();
  json.member("is_domain", false);
  json.member("description", project.description);
  write_links(json, call, form, "/v3/projects/", project.id.value);
  json.member("enabled", project.enabled);
  json.member("id", project.id.value);
  json.member("parent_id", parent_of(project));
  json.member("domain_id", project.account.value);
  json.member("name", project.name);
  if (!status.empty()) json.member("status", status);
  json.end_object();
}

Reply shown(const Call& call, const Project& project, std::string_view status = {}) {
  base::JsonWriter json(kUsualProject);
  json.begin_object();
  json.key("project");
  write_project(json, call, project, LinkForm::Full, status);
  json.end_object();
  return Reply::written(json.finish());
}

bool fits(const Call& call, const Project& project) {
  if (const auto name = call.query("name"); name && *name != project.name) return false;
  if (const auto domain = call.query("domain_id"); domain && *domain != project.account.value)
    return false;
  if (const auto parent = call.query("parent_id")) {
    if (*parent != parent_of(project)) return false;
  }
  if (const auto enabled = call.query("enabled")) return (*enabled == "true") == project.enabled;
  return true;
}

// The account's projects that the query asks for.
Reply listed(const Dependencies& with, const Call& call, LinkForm form, Page page,
             std::string_view path) {
  const auto projects = with.directory.list_projects(call.principal->account);
  base::JsonWriter json(kUsualList);
  json.begin_object();
  write_links(json, call, form, path);
  json.key("projects");
  json.begin_array();
  std::size_t index = 0;
  for (const auto& project : projects) {
    if (fits(call, project) && page.holds(index++)) write_project(json, call, project, form);
  }
  json.end_array();
  json.end_object();
  return Reply::written(json.finish());
}

Outcome list_projects(const Dependencies& with, const Call& call) {
  const auto page = page_of(call, kMaxPerPage);
  if (!page) return std::unexpected(page.error());
  return listed(with, call, LinkForm::Full, *page, "/v3/projects");
}

Outcome list_auth_projects(const Dependencies& with, const Call& call) {
  return listed(with, call, LinkForm::Self, Page{}, "/v3/auth/projects");
}

Outcome list_projects_of_user(const Dependencies& with, const Call& call) {
  const auto user = own_user(with, call, call.path("user_id"));
  if (!user) return std::unexpected(user.error());
  return listed(with, call, LinkForm::Full, Page{}, "/v3/users/" + user->id.value + "/projects");
}

Outcome show_project(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  return shown(call, *project);
}

Outcome show_status(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  return shown(call, *project, project->enabled ? "normal" : "suspended");
}

Outcome update_status(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  const auto status = text_of(call.body.at("project"), "status").value_or("");
  if (status != "normal" && status != "suspended") return invalid_field(call, "status", status);
  const auto done = with.directory.update_project(project->id, {}, {}, status == "normal");
  if (!done) return write_fault(call, "project", project->id.value, done.error());
  return Reply::empty();
}

// `<region>_<suffix>` below the region's project; Node.js's SDK asks for the region project itself,
// which is there.
Outcome create_project(const Dependencies& with, const Call& call) {
  const auto& given = call.body.at("project");
  const auto name = text_of(given, "name").value_or("");
  const auto description = text_of(given, "description").value_or("");
  if (!is_text_of(name, 1, kMaxName)) return invalid_field(call, "name", name);
  if (!is_text_of(description, 0, kMaxDescription))
    return invalid_field(call, "description", description);
  if (auto fine = check_account(call, base::find_string(given, "domain_id")); !fine)
    return std::unexpected(fine.error());

  identity::ProjectId parent;
  if (const auto id = text_of(given, "parent_id"); id && *id != call.principal->account.value) {
    const auto found = own_project(with, call, *id);
    if (!found) return std::unexpected(found.error());
    parent = found->id;
  } else if (const auto found = with.directory.find_project_by_name(
                 call.principal->account, name.substr(0, name.find('_')))) {
    parent = found->id;
  }
  const auto made =
      with.directory.create_project(call.principal->account, name, parent, description);
  if (!made) return write_fault(call, "project", name, made.error());
  return shown(call, *made);
}

Outcome update_project(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  const auto& given = call.body.at("project");
  const auto name = text_of(given, "name");
  const auto description = text_of(given, "description");
  if (name && !is_text_of(*name, 1, kMaxName)) return invalid_field(call, "name", *name);
  if (description && !is_text_of(*description, 0, kMaxDescription)) {
    return invalid_field(call, "description", *description);
  }
  const auto done = with.directory.update_project(project->id, name, description, {});
  if (!done) return write_fault(call, "project", project->id.value, done.error());
  return shown(call, *done);
}

Outcome delete_project(const Dependencies& with, const Call& call) {
  const auto project = own_project(with, call, call.path("project_id"));
  if (!project) return std::unexpected(project.error());
  if (auto done = with.directory.delete_project(project->id); !done) {
    return write_fault(call, "project", project->id.value, done.error());
  }
  return Reply::empty();
}

}  // namespace

void add_projects(Functions& functions, const Dependencies& with) {
  add(functions, with, "KeystoneListProjects", Runs::OnLoop, list_projects);
  add(functions, with, "KeystoneListAuthProjects", Runs::OnLoop, list_auth_projects);
  add(functions, with, "KeystoneListProjectsForUser", Runs::OnLoop, list_projects_of_user);
  add(functions, with, "KeystoneShowProject", Runs::OnLoop, show_project);
  add(functions, with, "KeystoneCreateProject", Runs::OnPool, create_project);
  add(functions, with, "KeystoneUpdateProject", Runs::OnPool, update_project);
  add(functions, with, "KeystoneDeleteProject", Runs::OnPool, delete_project);
  add(functions, with, "ShowProjectDetailsAndStatus", Runs::OnLoop, show_status);
  add(functions, with, "UpdateProjectStatus", Runs::OnPool, update_status);
}

}  // namespace jianmen::services::iam
