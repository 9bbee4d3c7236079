#include "netstray/model/column_roles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"

namespace netstray {
namespace {

constexpr std::size_t kMostLevels = 256;
constexpr std::size_t kFewLevels = 20;

constexpr std::array<std::string_view, 22> kLabelNames = {"label",
                                                          "labels",
                                                          "class",
                                                          "target",
                                                          "outcome",
                                                          "attack",
                                                          "attack_cat",
                                                          "attack_type",
                                                          "attacktype",
                                                          "is_attack",
                                                          "anomaly",
                                                          "is_anomaly",
                                                          "malicious",
                                                          "is_malicious",
                                                          "ground_truth",
                                                          "truth",
                                                          "category_of_attack",
                                                          "traffic_type",
                                                          "detailed-label",
                                                          "detailed_label",
                                                          "malware",
                                                          "threat"};
constexpr std::array<std::string_view, 12> kRowNumberNames = {
    "", "id", "index", "idx", "row", "row_id", "no.", "row_no", "no", "row_number", "unnamed: 0", "number"};

/// Ids of flows, connections and sessions, as common tools name them.
constexpr std::array<std::string_view, 12> kFlowIdNames = {"flow_id",    "flowid",       "flow id",  "uid",
                                                           "conn_id",    "community_id", "conn_uid", "session_id",
                                                           "session id", "uuid",         "guid",     "trace_id"};

bool one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), lower(name)) != names.end();
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// An integer column that counts up by one, or has a row number's name and no value twice.
bool is_row_number(const Field& field, const Column& column) {
  if (field.type != ColumnType::integer || column.size() < 3 || column.has_missing()) return false;
  bool counts = true;
  for (std::size_t row = 1; row < column.size() && counts; ++row)
    counts = column.number(row) - column.number(row - 1) == 1;
  if (counts) return true;
  if (!one_of(field.name, kRowNumberNames)) return false;
  std::unordered_set<double> seen;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!seen.insert(column.number(row)).second) return false;
  }
  return true;
}

/// Why a column is not learned, or nothing.
std::optional<std::string> reason_to_carry(const Field& field, const Column& column) {
  if (looks_like_label(field.name)) return "its name says that it is a label";
  if (field.type == ColumnType::address) return "address";
  if (field.type == ColumnType::time) return "time";
  if (column.missing_count() == column.size()) return "no values";
  if (is_row_number(field, column)) return "row number";
  if (field.type == ColumnType::category) {
    if (one_of(field.name, kFlowIdNames)) return "flow id";
    const std::size_t levels = column.levels().size();
    if (levels > kMostLevels || (levels > kFewLevels && levels > column.size() / 2)) {
      return fmt::format("{} distinct values in {} rows", grouped(levels), grouped(column.size()));
    }
  }
  return {};
}

bool learnable(ColumnType type) { return type != ColumnType::time && type != ColumnType::address; }

/// --learn a,b,c: exactly these.
ColumnRoles as_told(const Table& table, const ColumnChoice& choice) {
  const Schema& schema = table.schema();
  for (const auto& name : choice.learn) {
    const std::size_t index = schema.require(name);
    if (choice.label && name == *choice.label)
      throw usage_error(fmt::format("{} is the label: it cannot be learned", quoted(name)));
    if (!learnable(schema[index].type)) {
      throw usage_error(fmt::format(
          "column {} holds a{} {}, which cannot be learned as it is; say --type {}=category (or number)", quoted(name),
          schema[index].type == ColumnType::address ? "n" : "", name_of(schema[index].type), name));
    }
    if (contains(choice.drop, name))
      throw usage_error(fmt::format("column {} is both in --learn and --drop", quoted(name)));
  }
  ColumnRoles roles;
  for (std::size_t index = 0; index < schema.size(); ++index) {
    const std::string& name = schema[index].name;
    if (contains(choice.learn, name)) {
      roles.learned.push_back(index);
    } else {
      roles.carried.push_back({name, choice.label && name == *choice.label ? "label" : "not in --learn"});
    }
  }
  return roles;
}

}  // namespace

bool looks_like_label(std::string_view name) { return one_of(name, kLabelNames); }

ColumnRoles choose_columns(const Table& table, const ColumnChoice& choice) {
  const Schema& schema = table.schema();
  for (const auto& name : choice.drop) schema.require(name);
  if (!choice.learn.empty()) return as_told(table, choice);

  ColumnRoles roles;
  for (std::size_t index = 0; index < schema.size(); ++index) {
    const Field& field = schema[index];
    std::optional<std::string> why;
    if (choice.label && field.name == *choice.label) {
      why = "label";
    } else if (contains(choice.drop, field.name)) {
      why = "dropped";
    } else if (contains(choice.not_features, field.name)) {
      why = "not a feature of " + choice.features_of;
    } else if (choice.known_layout || contains(choice.features, field.name)) {
      if (!learnable(field.type)) why = std::string(name_of(field.type));
    } else {
      why = reason_to_carry(field, table.column(index));
    }
    if (why) {
      roles.carried.push_back({field.name, *why});
    } else {
      roles.learned.push_back(index);
    }
  }
  if (roles.learned.empty()) {
    std::string all;
    for (const auto& column : roles.carried)
      all += fmt::format("{}{} ({})", all.empty() ? "" : ", ", column.name, column.why);
    throw Error(fmt::format("no column is left to learn from: {}; name columns with --learn", all),
                choice.drop.empty() ? Error::Kind::failed : Error::Kind::usage);
  }
  return roles;
}

}  // namespace netstray
