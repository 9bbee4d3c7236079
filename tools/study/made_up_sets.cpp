#include <array>
#include <cmath>
#include <numeric>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/synth/flow_table.h"
#include "study_set.h"

namespace netstray {
namespace {

constexpr std::array<std::string_view, 6> kNames{"office", "office-shift", "office-small",
                                                 "blend",  "blend-shift",  "coarse"};

/// Learned columns of a made-up table of flows, and whether each row is quiet.
struct OfficeDays {
  Table flows;
  std::vector<std::uint8_t> labels;
};

OfficeDays office_days(std::size_t rows, double anomalies, std::uint64_t seed, unsigned week) {
  FlowTableSettings settings;
  settings.rows = rows;
  settings.anomaly_share = anomalies;
  settings.seed = seed;
  settings.start += static_cast<TimeNs>(week) * 7 * 24 * 3'600 * 1'000'000'000;
  const Table table = make_flow_table(settings);
  std::vector<std::size_t> columns;
  for (const auto* name : {"dst_port", "proto", "service", "conn_state", "duration", "orig_bytes", "resp_bytes",
                           "orig_pkts", "resp_pkts"}) {
    columns.push_back(table.schema().require(name));
  }
  std::vector<std::uint32_t> all(table.rows());
  std::iota(all.begin(), all.end(), 0U);
  OfficeDays days{part_of(table, columns, all), {}};
  const Column& label = table.column("label");
  for (std::size_t row = 0; row < table.rows(); ++row) days.labels.push_back(label.text(row) == kNormalLabel ? 0 : 1);
  return days;
}

void append_row(const Table& from, std::size_t row, Table& to) {
  for (std::size_t column = 0; column < from.columns(); ++column) {
    const Column& source = from.column(column);
    Column& target = to.column(column);
    if (source.missing(row)) {
      target.append_missing();
    } else if (source.type() == ColumnType::category) {
      target.append_text(source.text(row));
    } else {
      target.append_number(source.number(row));
    }
  }
}

StudySet office(std::string_view name, std::uint64_t seed) {
  StudySet set;
  set.train = office_days(name == "office-small" ? 1'250 : 25'000, 0, seed, 0).flows;
  OfficeDays judged = office_days(20'000, 0.05, seed, 1);
  set.test = std::move(judged.flows);
  set.labels = std::move(judged.labels);
  if (name == "office-shift") {
    const OfficeDays elsewhere = office_days(20'000, 0, seed + 1000, 1);
    for (std::size_t row = 0; row < elsewhere.flows.rows(); ++row) append_row(elsewhere.flows, row, set.test);
    set.labels.resize(set.test.rows(), 0);
  }
  return set;
}

/// Clusters of rows: a mean and a mixing matrix for latent numbers, which become skewed values, and the levels of two
/// categories that are usual in the cluster.
class Blend {
 public:
  static constexpr std::size_t kNumbers = 12;
  static constexpr std::size_t kCategories = 2;
  static constexpr std::size_t kClusters = 6;

  explicit Blend(std::uint64_t seed) {
    Rng rng(seed);
    for (auto& cluster : clusters_) {
      cluster.share = 0.2 + rng.exponential();
      for (double& mean : cluster.mean) mean = 2 * rng.normal();
      for (auto& row : cluster.mixing) {
        for (double& value : row) value = 0.35 * rng.normal();
      }
      for (auto& level : cluster.usual) level = rng.below(6);
    }
  }

  /// The same blend some time later.
  Blend drifted(Rng& rng) const {
    Blend later = *this;
    for (auto& cluster : later.clusters_) {
      cluster.share *= std::exp(0.7 * rng.normal());
      for (double& mean : cluster.mean) mean += 0.35 * rng.normal();
    }
    return later;
  }

  struct Row {
    std::array<double, kNumbers> numbers{};
    std::array<std::uint64_t, kCategories> levels{};
  };
  Row draw(Rng& rng) const {
    double total = 0;
    for (const auto& cluster : clusters_) total += cluster.share;
    double left = rng.uniform() * total;
    std::size_t which = 0;
    while (which + 1 < kClusters && left > clusters_[which].share) left -= clusters_[which++].share;
    return draw_from(which, rng);
  }
  /// One of four: a few columns of another row, moved columns, between two clusters, noise that breaks correlations.
  Row draw_strange(Rng& rng) const {
    Row row = draw(rng);
    const Row other = draw(rng);
    const auto kind = rng.below(4);
    for (const std::uint32_t column : rng.sample(kNumbers, kind == 1 ? 2 : 4)) {
      if (kind == 0) row.numbers[column] = other.numbers[column];
      if (kind == 1) row.numbers[column] += (rng.below(2) == 0 ? 3 : -3);
      if (kind == 3) row.numbers[column] += 1.2 * rng.normal();
    }
    if (kind == 0) row.levels = other.levels;
    for (std::size_t column = 0; kind == 2 && column < kNumbers; ++column) {
      row.numbers[column] = (row.numbers[column] + other.numbers[column]) / 2;
    }
    return row;
  }

  static Table empty() {
    std::vector<Field> fields;
    fields.reserve(kNumbers + kCategories);
    for (std::size_t i = 0; i < kNumbers; ++i) fields.push_back({fmt::format("n{}", i), ColumnType::number});
    for (std::size_t i = 0; i < kCategories; ++i) fields.push_back({fmt::format("c{}", i), ColumnType::category});
    return Table{Schema(std::move(fields))};
  }
  /// Every third number skewed, every third whole and at least 0, as counts and sizes are.
  static void append(const Row& row, Table& table) {
    for (std::size_t i = 0; i < kNumbers; ++i) {
      const double x = row.numbers[i];
      table.column(i).append_number(i % 3 == 0 ? x : i % 3 == 1 ? std::exp(1.5 * x) : std::max(0.0, std::round(3 * x)));
    }
    for (std::size_t i = 0; i < kCategories; ++i) {
      table.column(kNumbers + i).append_text(fmt::format("l{}", row.levels[i]));
    }
  }

 private:
  struct Cluster {
    double share = 1;
    std::array<double, kNumbers> mean{};
    std::array<std::array<double, kNumbers>, kNumbers> mixing{};
    std::array<std::uint64_t, kCategories> usual{};
  };

  Row draw_from(std::size_t which, Rng& rng) const {
    const Cluster& cluster = clusters_[which];
    Row row{.numbers = cluster.mean, .levels = cluster.usual};
    for (std::size_t i = 0; i < kNumbers; ++i) {
      const double noise = rng.normal();
      for (std::size_t j = 0; j < kNumbers; ++j) row.numbers[j] += cluster.mixing[i][j] * noise;
    }
    for (auto& level : row.levels) {
      if (rng.below(10) == 0) level = rng.below(6);
    }
    return row;
  }

  std::array<Cluster, kClusters> clusters_;
};

StudySet blend(std::uint64_t seed, bool shift) {
  constexpr std::size_t kTrain = 8'000;
  constexpr std::size_t kNormal = 8'000;
  constexpr std::size_t kStrange = 1'000;
  const Blend source(seed);
  Rng rng = Rng::stream(seed, 1);
  const Blend later = shift ? source.drifted(rng) : source;
  StudySet set;
  set.train = Blend::empty();
  set.test = Blend::empty();
  for (std::size_t row = 0; row < kTrain; ++row) Blend::append(source.draw(rng), set.train);
  for (std::size_t row = 0; row < kNormal; ++row) Blend::append(later.draw(rng), set.test);
  for (std::size_t row = 0; row < kStrange; ++row) Blend::append(later.draw_strange(rng), set.test);
  set.labels.assign(kNormal, 0);
  set.labels.resize(kNormal + kStrange, 1);
  return set;
}

/// 30 habits, each a whole row of levels and small numbers; a normal row is a habit with at most one cell changed, a
/// strange one has cells of two habits.
StudySet coarse(std::uint64_t seed) {
  constexpr std::size_t kHabits = 30;
  constexpr std::size_t kColumns = 10;
  constexpr std::uint64_t kLevels = 6;
  using Cells = std::array<std::uint64_t, kColumns>;
  Rng rng(seed);
  std::array<Cells, kHabits> habits{};
  for (auto& habit : habits) {
    for (auto& cell : habit) cell = rng.below(kLevels);
  }
  const auto usual = [&] {
    Cells cells = habits[std::min(rng.below(kHabits), rng.below(kHabits))];
    if (rng.below(4) == 0) cells[rng.below(kColumns)] = rng.below(kLevels);
    return cells;
  };
  const auto strange = [&] {
    Cells cells = usual();
    const Cells other = usual();
    for (const std::uint32_t column : rng.sample(kColumns, 4)) cells[column] = other[column];
    return cells;
  };
  std::vector<Field> fields;
  fields.reserve(kColumns);
  for (std::size_t i = 0; i < kColumns; ++i) {
    fields.push_back({fmt::format("x{}", i), i < 6 ? ColumnType::integer : ColumnType::category});
  }
  StudySet set;
  set.train = Table{Schema(fields)};
  set.test = Table{Schema(fields)};
  const auto append = [&](const Cells& cells, Table& table) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      i < 6 ? table.column(i).append_number(static_cast<double>(cells[i] * cells[i]))
            : table.column(i).append_text(fmt::format("l{}", cells[i]));
    }
  };
  for (std::size_t row = 0; row < 4'000; ++row) append(usual(), set.train);
  for (std::size_t row = 0; row < 4'000; ++row) append(usual(), set.test);
  for (std::size_t row = 0; row < 500; ++row) append(strange(), set.test);
  set.labels.assign(4'000, 0);
  set.labels.resize(4'500, 1);
  return set;
}

}  // namespace

std::span<const std::string_view> made_up_set_names() { return kNames; }

StudySet made_up_set(std::string_view name, std::uint64_t seed) {
  StudySet set;
  if (name.starts_with("office")) {
    set = office(name, seed);
  } else if (name.starts_with("blend")) {
    set = blend(seed, name == "blend-shift");
  } else if (name == "coarse") {
    set = coarse(seed);
  } else {
    throw usage_error(fmt::format("unknown set {}", netstray::quoted(name)));
  }
  set.name = name;
  return set;
}

}  // namespace netstray
