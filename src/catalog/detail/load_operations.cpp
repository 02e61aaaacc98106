#include <algorithm>
#include <set>
#include <tuple>

#include "base/encoding.hpp"
#include "catalog/detail/tables.hpp"

namespace jianmen::catalog::detail {

namespace {

using base::Code;
using base::error_of;
using base::fail;
using base::Result;
namespace json = base::json;

// The order in which plain addresses try them.
constexpr std::array<std::string_view, 5> kServices = {"iam", "sts", "ecs", "tms", "jianmen"};

std::optional<Caller> find_caller(std::string_view text) {
  if (text == "anyone") return Caller::Anyone;
  if (text == "identity") return Caller::AnyIdentity;
  if (text == "self") return Caller::Self;
  if (text == "self_or_action") return Caller::SelfOrAction;
  if (text == "action") return Caller::Action;
  return std::nullopt;
}

std::optional<OperationScope> find_scope(std::string_view text) {
  if (text == "none") return OperationScope::None;
  if (text == "project") return OperationScope::Project;
  if (text == "domain") return OperationScope::Domain;
  return std::nullopt;
}

bool is_action(std::string_view text) {
  return text.empty() || (std::ranges::count(text, ':') == 2 && !text.contains('*'));
}

Result<> fill_texts(const json::value& row, std::string_view key, std::vector<std::string>& into) {
  const json::value* value = base::find(row, key);
  if (value == nullptr) return {};
  const auto* array = value->if_array();
  if (array == nullptr) return fail(Code::Internal, std::string(key) + " is no list");
  for (const auto& item : *array) {
    if (!item.is_string())
      return fail(Code::Internal, std::string(key) + " holds something but texts");
    into.emplace_back(item.get_string());
  }
  return {};
}

Result<> fill_dispatch(const json::value& row, Operation& operation) {
  const json::value* dispatch = base::find(row, "dispatch");
  if (dispatch == nullptr) return {};
  if (const auto key = base::find_string(*dispatch, "top_key")) {
    operation.dispatch = {Dispatch::Kind::TopKey, std::string(*key), {}};
    return {};
  }
  const auto field = base::find_string(*dispatch, "field");
  const auto value = base::find_string(*dispatch, "value");
  if (!field || !value)
    return fail(Code::Internal, "dispatch has neither top_key nor field and value");
  operation.dispatch = {Dispatch::Kind::Field, std::string(*field), std::string(*value)};
  return {};
}

Result<> fill_shapes(Operation& operation, ShapeReader& shapes, std::vector<Shape::Member>& path) {
  if (const json::value* body = operation.request.if_contains("body")) {
    auto shape = shapes.read(*body);
    if (!shape) return error_of(shape);
    operation.body_shape = *shape;
  }
  for (const std::string_view part : {"path", "query", "headers"}) {
    const json::value* values = operation.request.if_contains(part);
    if (values == nullptr) continue;
    if (!values->is_object())
      return fail(Code::Internal, "request." + std::string(part) + " is no object");
    for (const auto& [name, notation] : values->get_object()) {
      auto shape = shapes.read(notation);
      if (!shape) return error_of(shape);
      if (part == "path") path.push_back({name, *shape});
      if (part == "query") operation.query_parameters.push_back({name, *shape});
    }
  }
  return {};
}

Result<Operation> read_operation(std::string_view service, const json::value& row) {
  Operation operation;
  operation.service = service;
  operation.name = base::string_or(row, "name", "");
  operation.id = operation.service + ":" + operation.name;
  operation.method = base::string_or(row, "method", "");
  operation.path = base::string_or(row, "path", "");
  operation.action = base::string_or(row, "action", "");
  operation.self_at = base::string_or(row, "self_at", "");
  operation.family = base::string_or(row, "family", "");
  operation.paging = base::string_or(row, "paging", "");
  operation.reason = base::string_or(row, "reason", "");
  operation.answered = base::find_bool(row, "answered").value_or(true);
  operation.success = static_cast<int>(base::find_int(row, "success").value_or(0));
  const std::string caller = base::string_or(row, "caller", "");
  const std::string scope = base::string_or(row, "scope", "");
  const auto known_caller = find_caller(caller);
  const auto known_scope = find_scope(scope);
  if (operation.name.empty() || operation.method.empty() || operation.family.empty()) {
    return fail(Code::Internal, "name, method or family is missing");
  }
  if (!operation.path.starts_with('/')) return fail(Code::Internal, "the path has no leading /");
  if (!known_caller) return fail(Code::Internal, "unknown caller '" + caller + "'");
  if (!known_scope) return fail(Code::Internal, "unknown scope '" + scope + "'");
  if (!is_action(operation.action))
    return fail(Code::Internal, "'" + operation.action + "' is no action");
  if (operation.success < 200 || operation.success > 399)
    return fail(Code::Internal, "success is no status");
  if (!operation.answered && operation.reason.empty())
    return fail(Code::Internal, "not answered, but no reason");
  operation.caller = *known_caller;
  operation.scope = *known_scope;
  const bool self = operation.caller == Caller::Self || operation.caller == Caller::SelfOrAction;
  if (self == operation.self_at.empty())
    return fail(Code::Internal, "self_at and caller do not fit");
  for (auto [key, into] : {std::pair{"also", &operation.also},
                           {"also_at", &operation.also_at},
                           {"aliases", &operation.aliases}}) {
    if (auto filled = fill_texts(row, key, *into); !filled) return error_of(filled);
  }
  if (auto filled = fill_dispatch(row, operation); !filled) return error_of(filled);
  for (auto [key, into] :
       {std::pair{"request", &operation.request}, {"response", &operation.response}}) {
    const json::value* part = base::find(row, key);
    if (part == nullptr) continue;
    if (!part->is_object()) return fail(Code::Internal, std::string(key) + " is no object");
    *into = part->get_object();
  }
  return operation;
}

class OperationReader {
 public:
  explicit OperationReader(Tables& tables) : tables_(tables) {}

  Result<> read(std::string_view service) {
    const std::string file = "operations/" + std::string(service) + ".json";
    auto document = load_document(tables_, file);
    if (!document) return error_of(document);
    const auto entry = tables_.service_of.find(service);
    const auto* rows = base::find_array(**document, "operations");
    const auto* schemas = base::find_object(**document, "schemas");
    if (entry == tables_.service_of.end() || rows == nullptr || schemas == nullptr) {
      return fail(Code::Internal,
                  "data/" + file + ": the service, operations or schemas are missing");
    }
    ServiceTable& table = tables_.tables.emplace_back();
    table.service = entry->second;
    table.schemas = schemas;
    ShapeReader shapes(*schemas, tables_.shapes);
    for (const json::value& row : *rows) {
      if (auto added = add(table, row, shapes); !added) {
        return fail(added.error().code, "data/" + file + ": " +
                                            base::string_or(row, "name", "a row") + ": " +
                                            added.error().message);
      }
    }
    return {};
  }

 private:
  Result<> add(ServiceTable& table, const json::value& row, ShapeReader& shapes) {
    auto read = read_operation(table.service->name, row);
    if (!read) return error_of(read);
    if (tables_.operations.size() == tables_.operations.capacity()) {
      return fail(Code::Internal, "more operations than reserved");
    }
    Operation& operation = tables_.operations.emplace_back(std::move(*read));
    std::vector<Shape::Member> path_shapes;
    if (auto filled = fill_shapes(operation, shapes, path_shapes); !filled) return error_of(filled);
    std::vector<std::string_view> names(operation.also.begin(), operation.also.end());
    names.push_back(operation.name);
    for (const std::string_view name : names) {
      if (!tables_.operation_of.emplace(operation.service + ":" + std::string(name), &operation)
               .second) {
        return fail(Code::Internal, "the name is taken");
      }
    }
    table.templates.push_back(
        {&operation, base::split(std::string_view(operation.path).substr(1), '/')});
    std::vector<std::string_view> paths(operation.also_at.begin(), operation.also_at.end());
    paths.push_back(operation.path);
    for (const std::string_view path : paths) {
      const auto& dispatch = operation.dispatch;
      if (!seen_.emplace(operation.service, operation.method, path, dispatch.key, dispatch.value)
               .second) {
        return fail(Code::Internal, "another row has the same method, path and dispatch");
      }
      if (auto added = table.router.add(operation, path, path_shapes); !added)
        return error_of(added);
    }
    return {};
  }

  Tables& tables_;
  std::set<std::tuple<std::string_view, std::string_view, std::string_view, std::string_view,
                      std::string_view>>
      seen_;
};

}  // namespace

Result<> load_operations(Tables& tables) {
  tables.operations.reserve(1024);  // rows must not move: routers and shapes point at them
  OperationReader reader(tables);
  for (const std::string_view service : kServices) {
    if (auto read = reader.read(service); !read) return error_of(read);
  }
  for (const ServiceTable& table : tables.tables) tables.tables_of[table.service].push_back(&table);
  for (const auto& [service, other] : tables.also_serves) {
    const auto entry = tables.service_of.find(other);
    if (entry == tables.service_of.end()) return fail(Code::Internal, "no service " + other);
    const auto table = std::ranges::find(tables.tables, entry->second, &ServiceTable::service);
    if (table != tables.tables.end()) tables.tables_of[service].push_back(&*table);
  }
  return {};
}

}  // namespace jianmen::catalog::detail
