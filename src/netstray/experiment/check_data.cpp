#include "netstray/experiment/check_data.h"

#include <algorithm>
#include <map>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/source_files.h"
#include "netstray/source/table_source.h"
#include "netstray/synth/user_log.h"

namespace netstray {
namespace {

using Names = std::vector<std::string>;

std::string nearest_words(const std::string& name, const Names& columns) {
  const auto close = nearest(name, columns);
  return fmt::format("no column {}{} The columns are: {}", quoted(name),
                     close ? fmt::format("; did you mean \"{}\"?", *close) : ".", join(columns, ", "));
}

class Follower {
 public:
  Follower(const Experiment& experiment, const std::string& data) : experiment_(experiment), data_(data) {}

  DataCheck follow() {
    for (const auto& source : experiment_.sources) check_.sources.push_back(look_at(source));
    for (const auto& source : check_.sources) columns_[source.name] = source.columns;
    for (const auto& table : experiment_.tables)
      check_.tables.push_back({table.name, "", columns_[table.name] = make(table)});
    for (const auto& study : experiment_.studies) check_study(study);
    if (const auto& map = experiment_.report.map) {
      for (const auto& column : {map->entity, map->latitude, map->longitude}) expect(columns_[map->table], column, 0);
    }
    return std::move(check_);
  }

 private:
  [[noreturn]] void fail(int line, const std::string& what) const {
    throw Error(line > 0 ? fmt::format("{}:{}: {}", experiment_.path, line, what)
                         : fmt::format("{}: {}", experiment_.path, what));
  }

  void expect(const Names& columns, const std::string& name, int line) const {
    if (std::ranges::find(columns, name) == columns.end()) fail(line, nearest_words(name, columns));
  }

  void expect_all(const Names& columns, const Names& names, int line) const {
    for (const auto& name : names) expect(columns, name, line);
  }

  void add(Names& columns, const std::string& name, int line) const {
    if (std::ranges::find(columns, name) != columns.end())
      fail(line, fmt::format("there is a column {} already", quoted(name)));
    columns.push_back(name);
  }

  DataCheck::Columns look_at(const SourceSpec& source) const {
    const auto path = source_path(source, data_);
    if (!path && !source.generate.empty()) return {source.name, "", make_user_log({.rows = 1}).schema().names()};
    if (!path) throw missing_source(source, data_);
    if (source.format == SourceSpec::Format::ip2asn) return {source.name, *path, {"asn", "country.code2", "entity"}};
    return {source.name, *path, TableSource::open(*path, source_options(source)).schema().names()};
  }

  Names make(const TableSpec& table) {
    Names columns = columns_[table.from.front()];
    for (const auto& from : table.from) {
      if (columns_[from] != columns) {
        fail(table.line, fmt::format("{} and {} have other columns and cannot be put one under the other",
                                     quoted(table.from.front()), quoted(from)));
      }
    }
    for (const auto& step : table.steps) apply(step, columns);
    return columns;
  }

  void apply(const StepSpec& step, Names& columns) {
    using Kind = StepSpec::Kind;
    expect_all(columns, step.columns, step.line);
    for (const auto& named : {step.column, step.per, step.order_by, step.on}) {
      if (!named.empty()) expect(columns, named, step.line);
    }
    switch (step.kind) {
      case Kind::drop:
        std::erase_if(columns,
                      [&](const auto& name) { return std::ranges::find(step.columns, name) != step.columns.end(); });
        break;
      case Kind::keep:
        std::erase_if(columns,
                      [&](const auto& name) { return std::ranges::find(step.columns, name) == step.columns.end(); });
        break;
      case Kind::rename:
        add(columns, step.as, step.line);
        columns.pop_back();
        *std::ranges::find(columns, step.column) = step.as;
        break;
      case Kind::join:
        join_with(step, columns);
        break;
      case Kind::places:
        for (const auto* name : {"asn", "organisation", "country"}) add(columns, name, step.line);
        break;
      case Kind::lag:
        for (std::uint64_t event = 1; event <= step.events; ++event) {
          for (const auto& name : step.columns) add(columns, fmt::format("prev_{}_{}", event, name), step.line);
        }
        break;
      case Kind::sample:
        expect(columns, experiment_.label.column, step.line);
        break;
      case Kind::filter:
      case Kind::distinct:
      case Kind::take:
        break;
      case Kind::is_present:
      case Kind::first_seen_number:
      case Kind::map:
      case Kind::rank:
      case Kind::port_class:
      case Kind::country_rank:
        if (!step.as.empty()) add(columns, step.as, step.line);
        break;
    }
  }

  void join_with(const StepSpec& step, Names& columns) {
    const std::string& on_right = step.on_right.empty() ? step.on : step.on_right;
    expect(columns_[step.with], on_right, step.line);
    for (const auto& name : columns_[step.with]) {
      if (name != on_right) add(columns, name, step.line);
    }
  }

  void check_study(const StudySpec& study) {
    const Names& columns = columns_[study.table];
    expect(columns, experiment_.label.column, study.line);
    expect_all(columns, study.features, study.line);
    expect_all(columns, study.drop, study.line);
    if (!study.split.column.empty()) expect(columns, study.split.column, study.line);
  }

  const Experiment& experiment_;
  const std::string& data_;
  DataCheck check_;
  std::map<std::string, Names> columns_;
};

}  // namespace

DataCheck check_data(const Experiment& experiment, const std::string& data) {
  return Follower(experiment, data).follow();
}

}  // namespace netstray
