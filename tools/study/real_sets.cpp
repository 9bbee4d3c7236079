#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <set>
#include <unordered_set>

#include <fmt/core.h>

#include "netstray/base/byte_source.h"
#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/source/table_source.h"
#include "study_set.h"

namespace netstray {
namespace {

constexpr std::array<std::string_view, 5> kNames{"kdd99", "kdd99-distinct", "nsl-kdd", "ocpp", "zeek-host"};

void append_cell(const Column& from, std::size_t row, Column& to) {
  if (from.missing(row)) {
    to.append_missing();
  } else if (from.type() == ColumnType::category) {
    to.append_text(from.levels()[from.code(row)]);
  } else {
    to.append_number(from.number(row));
  }
}

std::vector<std::size_t> columns_without(const Table& table, const std::set<std::string>& left_out) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns(); ++column) {
    if (!left_out.contains(table.schema()[column].name)) columns.push_back(column);
  }
  return columns;
}

/// Rows that are the first of their kind over these columns.
std::vector<std::uint32_t> distinct_of(const Table& table, const std::vector<std::size_t>& columns) {
  const auto prints = fingerprints(table, columns);
  std::unordered_set<std::uint64_t> seen;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < prints.size(); ++row) {
    if (seen.insert(prints[row]).second) rows.push_back(row);
  }
  return rows;
}

/// One of the published sets. Distinct means over features and label.
StudySet published(const std::string& layout, const std::string& train, const std::string& test, bool distinct) {
  SourceOptions options;
  options.layout = layout;
  const LoadedTable learned = load_table(train, options);
  const LoadedTable judged = load_table(test, options);
  std::set<std::string> left_out(learned.layout->not_features.begin(), learned.layout->not_features.end());
  const auto with_label = columns_without(learned.table, left_out);
  left_out.insert(learned.layout->label_column);
  const auto features = columns_without(learned.table, left_out);
  const auto rows_of = [&](const LoadedTable& loaded) {
    if (distinct) return distinct_of(loaded.table, with_label);
    std::vector<std::uint32_t> rows(loaded.table.rows());
    std::iota(rows.begin(), rows.end(), 0U);
    return rows;
  };
  StudySet set;
  std::vector<std::uint32_t> normal = rows_of(learned);
  const Column& train_label = learned.table.column(learned.layout->label_column);
  std::erase_if(normal, [&](std::uint32_t row) { return train_label.text(row) != learned.layout->normal_value; });
  set.train = part_of(learned.table, features, normal);
  const auto rows = rows_of(judged);
  set.test = part_of(judged.table, features, rows);
  const Column& label = judged.table.column(judged.layout->label_column);
  for (const std::uint32_t row : rows) {
    const std::string text = label.text(row);
    const bool quiet = text == judged.layout->normal_value;
    set.labels.push_back(quiet ? 0 : 1);
    set.families.push_back(quiet ? "normal" : judged.layout->family(text));
  }
  return set;
}

StudySet ocpp(const std::string& folder) {
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".gz") path = entry.path().string();
  }
  const LoadedTable loaded = load_table(path, {});
  const auto columns = columns_without(loaded.table, {"index", "flow_id", "src_ip", "dst_ip", "src_port", "dst_port",
                                                      "flow_start_timestamp", "flow_end_timestamp", "label"});
  const Column& label = loaded.table.column("label");
  std::vector<std::uint32_t> flood;
  std::vector<std::uint32_t> other;
  for (std::uint32_t row = 0; row < label.size(); ++row) {
    (label.text(row) == "normal" ? other : flood).push_back(row);
  }
  Rng rng(1);
  rng.shuffle(flood);
  const std::size_t judged = flood.size() / 5;
  StudySet set;
  set.train = part_of(loaded.table, columns, std::span(flood).subspan(judged));
  set.labels.assign(judged, 0);
  set.labels.resize(judged + other.size(), 1);
  flood.resize(judged);
  flood.insert(flood.end(), other.begin(), other.end());
  set.test = part_of(loaded.table, columns, flood);
  return set;
}

/// The columns of Zeek's conn.log that are learned, and where they stand in that host's logs.
struct ZeekColumn {
  std::string_view name;
  ColumnType type;
  std::size_t place;
};
constexpr std::array<ZeekColumn, 12> kZeek{{{"resp_port", ColumnType::integer, 6},
                                            {"proto", ColumnType::category, 7},
                                            {"service", ColumnType::category, 8},
                                            {"duration", ColumnType::number, 9},
                                            {"orig_bytes", ColumnType::integer, 10},
                                            {"resp_bytes", ColumnType::integer, 11},
                                            {"conn_state", ColumnType::category, 12},
                                            {"history", ColumnType::category, 16},
                                            {"orig_pkts", ColumnType::integer, 17},
                                            {"orig_ip_bytes", ColumnType::integer, 18},
                                            {"resp_pkts", ColumnType::integer, 19},
                                            {"resp_ip_bytes", ColumnType::integer, 20}}};

Table zeek_table() {
  std::vector<Field> fields;
  fields.reserve(kZeek.size());
  for (const auto& column : kZeek) fields.push_back({std::string(column.name), column.type});
  return Table{Schema(std::move(fields))};
}

void append_day(const std::string& folder, Table& table) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  for (const auto& path : paths) {
    for (const auto& line : split(all_bytes(path), '\n')) {
      if (line.empty() || line.front() == '#') continue;
      const auto cells = split(line, '\t');
      for (std::size_t column = 0; column < kZeek.size(); ++column) {
        const std::string& cell = cells.at(kZeek[column].place);
        Column& to = table.column(column);
        if (kZeek[column].type == ColumnType::category) {
          cell == "-" ? to.append_missing() : to.append_text(cell);
        } else {
          const auto number = parse_double(cell);
          number ? to.append_number(*number) : to.append_missing();
        }
      }
    }
  }
}

/// A copy of row `row` of `table` to which something was done that does not occur, put at the end of `out`.
void plant(const Table& table, std::size_t row, Rng& rng, Table& out) {
  const bool mixed = rng.below(2) == 0;
  const auto chosen = rng.sample(static_cast<std::uint32_t>(table.columns()), mixed ? 3 : 4);
  const std::size_t donor = rng.below(table.rows());
  for (std::size_t column = 0; column < table.columns(); ++column) {
    const Column& from = table.column(column);
    const bool hit = std::ranges::find(chosen, column) != chosen.end();
    if (hit && mixed) {
      append_cell(from, donor, out.column(column));
    } else if (hit && from.type() != ColumnType::category && !from.missing(row)) {
      out.column(column).append_number(std::round((from.number(row) + 1) * std::exp(rng.uniform(1, 4))));
    } else {
      append_cell(from, row, out.column(column));
    }
  }
}

StudySet zeek_host(const std::string& folder) {
  StudySet set;
  set.train = zeek_table();
  append_day(folder + "/2024-04-19", set.train);
  append_day(folder + "/2024-04-20", set.train);
  Table third = zeek_table();
  append_day(folder + "/2024-04-21", third);
  set.labels.assign(third.rows(), 0);
  set.test = third;
  Rng rng(1);
  for (std::size_t i = 0; i < third.rows() / 5; ++i) plant(third, rng.below(third.rows()), rng, set.test);
  set.labels.resize(set.test.rows(), 1);
  return set;
}

}  // namespace

Table part_of(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows) {
  std::vector<Field> fields;
  fields.reserve(columns.size());
  for (const std::size_t column : columns) fields.push_back(table.schema()[column]);
  Table part{Schema(std::move(fields))};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (const std::uint32_t row : rows) append_cell(table.column(columns[i]), row, part.column(i));
  }
  return part;
}

std::string all_bytes(const std::string& path) {
  const auto source = open_bytes(path);
  std::string text;
  std::array<char, 1 << 16> piece{};
  while (const std::size_t got = source->read(piece)) text.append(piece.data(), got);
  return text;
}

std::span<const std::string_view> real_set_names() { return kNames; }

StudySet real_set(std::string_view name, const std::string& data_folder) {
  StudySet set;
  if (name == "kdd99" || name == "kdd99-distinct") {
    set = published("kdd99", data_folder + "/kdd99/kddcup.data_10_percent.gz", data_folder + "/kdd99/corrected.gz",
                    name == "kdd99-distinct");
  } else if (name == "nsl-kdd") {
    set = published("nsl-kdd", data_folder + "/nsl-kdd/KDDTrain+.txt.gz", data_folder + "/nsl-kdd/KDDTest+.txt.gz",
                    false);
  } else if (name == "ocpp") {
    set = ocpp(data_folder + "/ocpp");
  } else if (name == "zeek-host") {
    set = zeek_host(data_folder + "/logs/zeek/internet-exposed-host");
  } else {
    throw usage_error(fmt::format("unknown set {}", netstray::quoted(name)));
  }
  set.name = name;
  return set;
}

}  // namespace netstray
