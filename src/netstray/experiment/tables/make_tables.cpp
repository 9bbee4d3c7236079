#include "netstray/experiment/tables/make_tables.h"

#include <algorithm>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/experiment/tables/source_files.h"
#include "netstray/experiment/tables/steps.h"

namespace netstray {
namespace {

/// Steps draw from streams of their own, apart from those of splits and detectors.
constexpr std::uint64_t kStepStream = 0x73746570ULL << 16U;

/// Origins that several tables' rows have, one under the other, with the names that they share once.
RowOrigins put_under(const std::vector<const RowOrigins*>& origins) {
  RowOrigins all;
  for (const RowOrigins* origin : origins) {
    std::vector<std::uint32_t> place;
    for (const auto& name : origin->names) {
      const auto known = std::ranges::find(all.names, name);
      place.push_back(static_cast<std::uint32_t>(known - all.names.begin()));
      if (known == all.names.end()) all.names.push_back(name);
    }
    for (const std::uint32_t index : origin->of_row) all.of_row.push_back(place[index]);
  }
  return all;
}

bool is_row_step(StepSpec::Kind kind) {
  using Kind = StepSpec::Kind;
  return kind == Kind::filter || kind == Kind::distinct || kind == Kind::take || kind == Kind::sample ||
         kind == Kind::join || kind == Kind::lag;
}

}  // namespace

void apply_step(const StepSpec& step, MadeTable& made, const StepContext& context) {
  is_row_step(step.kind) ? apply_row_step(step, made, context) : apply_column_step(step, made, context);
}

const MadeTable& TableStore::table(const std::string& name) {
  if (const auto known = made_.find(name); known != made_.end()) return known->second;
  const auto spec = std::ranges::find(experiment_.tables, name, &TableSpec::name);
  if (spec == experiment_.tables.end()) return remember(name, of_source(source_named(experiment_, name)));
  return remember(name, make(*spec));
}

const MadeTable& TableStore::remember(const std::string& name, MadeTable made) {
  return made_.emplace(name, std::move(made)).first->second;
}

std::vector<SourceResult> TableStore::sources() const {
  std::vector<SourceResult> results;
  for (const auto& source : experiment_.sources) {
    if (const auto found = read_.find(source.name); found != read_.end()) results.push_back(found->second);
  }
  return results;
}

MadeTable TableStore::of_source(const SourceSpec& spec) {
  ReadSource read = read_source(spec, experiment_, data_);
  MadeTable made;
  made.table = std::move(read.table);
  if (made.table.rows() == 0)
    throw Error(fmt::format("source {}: {} has no rows", quoted(spec.name), read.result.path));
  made.layout = read.layout;
  made.sources = {{spec.name}, std::vector<std::uint32_t>(made.table.rows(), 0)};
  made.parts = made.sources;
  made.source_row.resize(made.table.rows());
  std::iota(made.source_row.begin(), made.source_row.end(), 0U);
  read_.emplace(spec.name, std::move(read.result));
  return made;
}

MadeTable TableStore::put_together(const TableSpec& spec) {
  std::vector<const MadeTable*> tables;
  std::vector<NamedTable> named;
  for (const auto& name : spec.from) {
    tables.push_back(&table(name));
    named.push_back({name, &tables.back()->table});
  }
  MadeTable made;
  if (tables.size() == 1) {
    made = *tables.front();
    made.parts = {{spec.from.front()}, std::vector<std::uint32_t>(made.table.rows(), 0)};
    return made;
  }
  Stacked stacked = stack(named);
  made.table = std::move(stacked.table);
  made.parts = std::move(stacked.origins);
  made.layout = tables.front()->layout;
  std::vector<const RowOrigins*> sources;
  for (const MadeTable* part : tables) {
    sources.push_back(&part->sources);
    made.source_row.insert(made.source_row.end(), part->source_row.begin(), part->source_row.end());
    if (part->layout != made.layout) made.layout = nullptr;
    for (const auto& step : part->steps) made.steps.push_back(step);
    made.joins.insert(made.joins.end(), part->joins.begin(), part->joins.end());
    made.numbered.insert(made.numbered.end(), part->numbered.begin(), part->numbered.end());
    made.ranked.insert(made.ranked.end(), part->ranked.begin(), part->ranked.end());
    made.lags.insert(made.lags.end(), part->lags.begin(), part->lags.end());
    made.samplings.insert(made.samplings.end(), part->samplings.begin(), part->samplings.end());
  }
  made.sources = put_under(sources);
  made.steps.push_back(
      fmt::format("{} under each other: {} rows", netstray::join(spec.from, " and "), grouped(made.table.rows())));
  return made;
}

MadeTable TableStore::make(const TableSpec& spec) {
  MadeTable made = put_together(spec);
  StepContext context{experiment_, [this](const std::string& name) -> const Table& { return table(name).table; },
                      [this](const std::string& name) {
                        const SourceSpec& source = source_named(experiment_, name);
                        const auto path = source_path(source, data_);
                        if (!path) throw missing_source(source, data_);
                        return *path;
                      }};
  for (std::size_t i = 0; i < spec.steps.size(); ++i) {
    context.seed = Rng::stream(experiment_.seed, kStepStream + i).next();
    try {
      apply_step(spec.steps[i], made, context);
    } catch (const Error& error) {
      if (error.kind() == Error::Kind::interrupted) throw;
      throw Error(fmt::format("table {}, step {}: {}", quoted(spec.name), i + 1, error.what()));
    }
  }
  return made;
}

}  // namespace netstray
