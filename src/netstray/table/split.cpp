#include "netstray/table/split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/table/value_ids.h"

namespace netstray {
namespace {

using By = SplitSettings::By;
using Rows = std::vector<std::uint32_t>;

/// What the rows of an entity are for, where they do not test.
enum class Part : std::uint8_t { train, calibration, validation };

// The streams of the seed: what is drawn for one purpose does not depend on the others.
constexpr std::uint64_t kTestDraw = 0;
constexpr std::uint64_t kPartDraw = 1;
constexpr std::uint64_t kNormalDraw = 2;

std::size_t share_of(double share, std::size_t n) noexcept {
  return std::min(n, static_cast<std::size_t>(std::ceil(share * static_cast<double>(n))));
}

Rows rows_where(std::size_t n, const auto& holds) {
  Rows rows;
  for (std::uint32_t row = 0; row < n; ++row) {
    if (holds(row)) rows.push_back(row);
  }
  return rows;
}

void shuffle(Rows& rows, std::uint64_t seed, std::uint64_t stream) { Rng::stream(seed, stream).shuffle(rows); }

void check_share(std::string_view name, double share, bool may_be_all) {
  if (share >= 0 && (share < 1 || (share == 1 && may_be_all))) return;
  throw usage_error(fmt::format("{} = {} is not a share from 0 to {}1", name, share, may_be_all ? "" : "below "));
}

class Splitter {
 public:
  Splitter(const Table& table, std::span<const std::uint8_t> labels, const RowOrigins& origins,
           const SplitSettings& settings)
      : table_(table), labels_(labels), origins_(origins), settings_(settings) {
    check_settings();
  }

  Split split() {
    order_values();
    take_test_rows();
    part_others();
    for (Rows* rows : {&split_.train, &split_.calibration, &split_.validation, &split_.test}) {
      std::ranges::sort(*rows);
    }
    expect_rows(split_.test, "to test on");
    expect_rows(split_.train, "to train on");
    return std::move(split_);
  }

 private:
  void check_settings() const;
  void check_class(bool attack, std::string_view asked_by) const;
  bool trains(std::uint32_t row) const noexcept;
  void order_values();
  void order_by_time();
  void take_test_rows();
  void take_by_label();
  void take_by_file();
  void part_others();
  void part_rows(Rows kept);
  void part_entities(const Rows& kept, const Rows& left_out);
  void expect_rows(const Rows& rows, std::string_view purpose) const;
  void test(Rows rows);
  Rows entities_in_random_order() const;

  const Table& table_;
  std::span<const std::uint8_t> labels_;
  const RowOrigins& origins_;
  const SplitSettings& settings_;
  std::vector<std::uint8_t> tests_;  // per row: whether it tests and so is not parted further
  Rows by_time_;                     // by time: all rows, the earliest first
  ValueIds entities_;                // by entity
  Split split_;
};

void Splitter::check_settings() const {
  check_share("test", settings_.test, true);
  check_share("calibration", settings_.calibration, false);
  check_share("validation", settings_.validation, false);
  check_share("test_normal", settings_.test_normal, true);
  check_share("test_attack", settings_.test_attack, true);
  const double multiple = settings_.test_normal_per_attack.value_or(0);
  if (!(multiple >= 0 && std::isfinite(multiple))) {
    throw usage_error(fmt::format("test_normal_per_attack = {} is not a multiple", multiple));
  }
  if (table_.rows() >= std::numeric_limits<std::uint32_t>::max()) throw Error("too many rows to split");
  const bool needs_labels = settings_.by == By::label || settings_.train_on != TrainOn::all;
  if (needs_labels && labels_.size() != table_.rows()) {
    throw usage_error(fmt::format("the split needs a label for each row: {} rows, {} labels", grouped(table_.rows()),
                                  grouped(labels_.size())));
  }
  if (settings_.by == By::label || settings_.train_on == TrainOn::normal) check_class(false, "the split");
  if (settings_.by == By::label || settings_.train_on == TrainOn::attacks) check_class(true, "the split");
}

void Splitter::check_class(bool attack, std::string_view asked_by) const {
  if (std::ranges::any_of(labels_, [attack](std::uint8_t label) { return (label != 0) == attack; })) return;
  throw Error(fmt::format("{} asks for {}, but none of the {} rows is {}", asked_by, attack ? "attacks" : "normal rows",
                          grouped(labels_.size()), attack ? "an attack" : "normal"));
}

bool Splitter::trains(std::uint32_t row) const noexcept {
  return settings_.train_on == TrainOn::all || (labels_[row] != 0) == (settings_.train_on == TrainOn::attacks);
}

void Splitter::expect_rows(const Rows& rows, std::string_view purpose) const {
  if (!rows.empty()) return;
  throw Error(fmt::format("the split leaves no row {}: of {} rows {} train, {} calibrate, {} validate and {} test",
                          purpose, grouped(table_.rows()), grouped(split_.train.size()),
                          grouped(split_.calibration.size()), grouped(split_.validation.size()),
                          grouped(split_.test.size())));
}

void Splitter::order_values() {
  tests_.assign(table_.rows(), 0);
  if (settings_.by == By::time) order_by_time();
  if (settings_.by != By::entity) return;
  entities_ = value_ids(table_.column(settings_.column));
  for (auto& entity : entities_.of_row) entity = std::min(entity, entities_.distinct);  // missing: one more entity
}

void Splitter::order_by_time() {
  const Column& column = table_.column(settings_.column);
  if (column.type() == ColumnType::category || column.type() == ColumnType::address) {
    throw usage_error(fmt::format("a split by time needs a column of times or numbers; {} is of type {}",
                                  quoted(settings_.column), name_of(column.type())));
  }
  if (column.has_missing()) {
    throw Error(fmt::format("a split by time: {} of {} rows have no {}", grouped(column.missing_count()),
                            grouped(column.size()), quoted(settings_.column)));
  }
  by_time_.resize(table_.rows());
  std::iota(by_time_.begin(), by_time_.end(), 0U);
  if (column.type() == ColumnType::time) {
    std::ranges::stable_sort(by_time_, {}, [&](std::uint32_t row) { return column.time(row); });
  } else {
    const auto times = column.numbers();
    std::ranges::stable_sort(by_time_, {}, [&](std::uint32_t row) { return times[row]; });
  }
}

void Splitter::test(Rows rows) {
  for (const std::uint32_t row : rows) tests_[row] = 1;
  split_.test.insert(split_.test.end(), rows.begin(), rows.end());
}

Rows Splitter::entities_in_random_order() const {
  const bool some_missing = std::ranges::find(entities_.of_row, entities_.distinct) != entities_.of_row.end();
  Rows entities(entities_.distinct + (some_missing ? 1U : 0U));
  std::iota(entities.begin(), entities.end(), 0U);
  shuffle(entities, settings_.seed, kTestDraw);
  return entities;
}

void Splitter::take_test_rows() {
  const auto n = table_.rows();
  const auto all = [](std::uint32_t) { return true; };
  if (settings_.by == By::label) return take_by_label();
  if (settings_.by == By::file) return take_by_file();
  if (settings_.by == By::none) {
    split_.test = rows_where(n, all);
  } else if (settings_.by == By::time) {
    test(Rows(by_time_.end() - static_cast<std::ptrdiff_t>(share_of(settings_.test, n)), by_time_.end()));
  } else if (settings_.by == By::share) {
    Rows rows = rows_where(n, all);
    shuffle(rows, settings_.seed, kTestDraw);
    rows.resize(share_of(settings_.test, n));
    test(std::move(rows));
  } else {
    const Rows entities = entities_in_random_order();
    std::vector<std::uint8_t> tested(entities.size(), 0);
    for (std::size_t i = 0; i < share_of(settings_.test, entities.size()); ++i) tested[entities[i]] = 1;
    test(rows_where(n, [&](std::uint32_t row) { return tested[entities_.of_row[row]] != 0; }));
  }
}

void Splitter::take_by_label() {
  Rows normal = rows_where(table_.rows(), [&](std::uint32_t row) { return labels_[row] == 0; });
  Rows attacks = rows_where(table_.rows(), [&](std::uint32_t row) { return labels_[row] != 0; });
  shuffle(normal, settings_.seed, kNormalDraw);
  shuffle(attacks, settings_.seed, kTestDraw);
  attacks.resize(share_of(settings_.test_attack, attacks.size()));
  std::size_t normal_count = share_of(settings_.test_normal, normal.size());
  if (settings_.test_normal_per_attack) {
    const double wanted = std::round(*settings_.test_normal_per_attack * static_cast<double>(attacks.size()));
    if (wanted > static_cast<double>(normal.size())) {
      throw Error(fmt::format("test_normal_per_attack = {} asks for {} normal rows to test on, but there are {}",
                              *settings_.test_normal_per_attack, grouped(static_cast<std::uint64_t>(wanted)),
                              grouped(normal.size())));
    }
    normal_count = static_cast<std::size_t>(wanted);
  }
  normal.resize(normal_count);
  test(std::move(attacks));
  test(std::move(normal));
}

void Splitter::take_by_file() {
  if (origins_.of_row.size() != table_.rows()) {
    throw usage_error(
        "a split by file needs a table put together from files; this one does not tell where rows come from");
  }
  std::vector<std::uint8_t> tested(origins_.names.size(), 0);
  for (const auto& file : settings_.test_files) {
    const auto found = std::ranges::find(origins_.names, file);
    if (found == origins_.names.end()) {
      throw usage_error(fmt::format("no rows come from {}, which the split tests on; they come from {}", quoted(file),
                                    join(origins_.names, ", ")));
    }
    tested[static_cast<std::size_t>(found - origins_.names.begin())] = 1;
  }
  test(rows_where(table_.rows(), [&](std::uint32_t row) { return tested[origins_.of_row[row]] != 0; }));
}

void Splitter::part_others() {
  Rows kept;
  Rows left_out;
  const auto place = [&](std::uint32_t row) {
    if (tests_[row] == 0) (trains(row) ? kept : left_out).push_back(row);
  };
  if (settings_.by == By::time) {
    std::ranges::for_each(by_time_, place);
  } else {
    for (std::uint32_t row = 0; row < table_.rows(); ++row) place(row);
  }
  if (settings_.by == By::entity) return part_entities(kept, left_out);
  if (settings_.by != By::time) shuffle(kept, settings_.seed, kPartDraw);
  part_rows(std::move(kept));
  if (settings_.validation > 0) split_.validation.insert(split_.validation.end(), left_out.begin(), left_out.end());
}

/// The last of `kept` validate, those before them calibrate, the first ones train.
void Splitter::part_rows(Rows kept) {
  const std::size_t validating = share_of(settings_.validation, kept.size());
  const std::size_t calibrating = std::min(share_of(settings_.calibration, kept.size()), kept.size() - validating);
  const auto validation = kept.end() - static_cast<std::ptrdiff_t>(validating);
  const auto calibration = validation - static_cast<std::ptrdiff_t>(calibrating);
  split_.validation.assign(validation, kept.end());
  split_.calibration.assign(calibration, validation);
  kept.erase(calibration, kept.end());
  split_.train = std::move(kept);
}

void Splitter::part_entities(const Rows& kept, const Rows& left_out) {
  const std::size_t entity_count = entities_.distinct + std::size_t{1};
  std::vector<std::uint8_t> present(entity_count, 0);
  for (const std::uint32_t row : kept) present[entities_.of_row[row]] = 1;
  Rows entities = rows_where(entity_count, [&](std::uint32_t entity) { return present[entity] != 0; });
  shuffle(entities, settings_.seed, kPartDraw);
  part_rows(entities);
  std::vector<Part> part_of(entity_count, Part::train);
  for (std::size_t entity = 0; entity < entity_count; ++entity) {
    if (present[entity] == 0) part_of[entity] = Part::validation;  // has only rows that are left out
  }
  for (const std::uint32_t entity : split_.calibration) part_of[entity] = Part::calibration;
  for (const std::uint32_t entity : split_.validation) part_of[entity] = Part::validation;
  const auto rows_of = [&](Part part) {
    Rows rows;
    for (const std::uint32_t row : kept) {
      if (part_of[entities_.of_row[row]] == part) rows.push_back(row);
    }
    return rows;
  };
  split_.train = rows_of(Part::train);
  split_.calibration = rows_of(Part::calibration);
  split_.validation = rows_of(Part::validation);
  for (const std::uint32_t row : left_out) {
    const bool may = settings_.validation > 0 && part_of[entities_.of_row[row]] == Part::validation;
    if (may) split_.validation.push_back(row);
  }
}

}  // namespace

std::string_view name_of(TrainOn rows) noexcept {
  switch (rows) {
    case TrainOn::normal:
      return "normal";
    case TrainOn::attacks:
      return "attacks";
    case TrainOn::all:
      break;
  }
  return "all";
}

Split split_rows(const Table& table, std::span<const std::uint8_t> labels, const RowOrigins& origins,
                 const SplitSettings& settings) {
  return Splitter(table, labels, origins, settings).split();
}

}  // namespace netstray
