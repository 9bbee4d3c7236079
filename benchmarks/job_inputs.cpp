// Writes what the comparisons of benchmarks/compare.py work on, so that all peers get the same bytes:
//
//   netstray_job_inputs kdd99 FILE OUT.f32            its rows, standardised and one-hot
//   netstray_job_inputs shuffled FILE OUT.f32         the same in random order
//   netstray_job_inputs three FILE OUT.f32            three of its number columns
//   netstray_job_inputs ocpp FILE OUT.f32             the number columns of its attacks, standardised
//   netstray_job_inputs clouds ROWS COLUMNS OUT.f32   eight correlated clouds of points
//   netstray_job_inputs counts ROWS COLUMNS OUT.f32   rounded counts, standardised, so that rows are equal in part
//   netstray_job_inputs flows ROWS OUT.csv            a made-up office, a fiftieth of its flows labelled as anomalies
//   netstray_job_inputs flood PACKETS OUT.pcap        SYNs from ever other addresses, each a flow of one packet
//
// Matrices are row-major; beside one of KDD's, OUT.f32.labels has a byte a row, 1 for an attack. Prints rows and
// columns.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include <fmt/core.h>

#include "benchmarks/encoded_file.h"
#include "benchmarks/raw_files.h"
#include "netstray/base/error.h"
#include "netstray/base/rng.h"
#include "netstray/base/text.h"
#include "netstray/capture/pcap_writer.h"
#include "netstray/synth/flow_table.h"
#include "netstray/synth/traffic.h"
#include "netstray/table/csv_writer.h"

namespace netstray {
namespace {

using Words = std::vector<std::string>;

void write_matrix(const std::string& path, const std::vector<float>& values, std::size_t rows) {
  write_raw<float>(path, values);
  fmt::print("{} {}\n", rows, values.size() / rows);
}

/// The dense columns of a matrix, or those of `names` alone. Left out are those for levels that training never saw,
/// which are 0 in all of its rows.
std::vector<float> dense(const Encoder& encoder, const Matrix& matrix, const std::vector<std::string>& names = {}) {
  std::vector<std::size_t> kept;
  for (std::size_t column = 0; column < encoder.width(); ++column) {
    const std::string name = encoder.column_name(column);
    const bool wanted = names.empty() || std::ranges::find(names, name) != names.end();
    if (wanted && !name.ends_with(" unseen")) kept.push_back(column);
  }
  std::vector<float> wide(matrix.columns());
  std::vector<float> values;
  values.reserve(matrix.rows() * kept.size());
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    matrix.dense_row(row, wide);
    for (const std::size_t column : kept) values.push_back(wide[column]);
  }
  return values;
}

void write_labels(const LoadedTable& loaded, std::span<const std::uint32_t> rows, const std::string& path) {
  const Column& label = loaded.table.column(loaded.layout->label_column);
  std::vector<std::uint8_t> labels;
  labels.reserve(rows.size());
  for (const std::uint32_t row : rows) labels.push_back(label.text(row) == loaded.layout->normal_value ? 0 : 1);
  write_raw<std::uint8_t>(path, labels);
}

void write_kdd(const Words& words) {
  const LoadedTable loaded = load_layout(words[1], "kdd99");
  const Encoder encoder = fit_standardised(loaded);
  auto order = shuffled_rows(loaded.table.rows());
  if (words[0] != "shuffled") std::ranges::sort(order);
  write_labels(loaded, order, words[2] + ".labels");
  std::vector<std::string> names;
  if (words[0] == "three") names = {"count", "srv_count", "dst_host_srv_count"};
  write_matrix(words[2], dense(encoder, encoder.encode(loaded.table).gather(order), names), order.size());
}

void write_ocpp(const Words& words) {
  const LoadedTable loaded = load_table(words[1], {});
  const Schema& schema = loaded.table.schema();
  const std::vector<std::string> keys = {
      "flow_id", "src_ip", "dst_ip", "src_port", "dst_port", "flow_start_timestamp", "flow_end_timestamp", "label"};
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < schema.size(); ++column) {
    if (std::ranges::find(keys, schema[column].name) == keys.end()) columns.push_back(column);
  }
  std::vector<std::uint32_t> attacks;
  const Column& label = loaded.table.column("label");
  for (std::uint32_t row = 0; row < label.size(); ++row) {
    if (label.text(row) != "normal") attacks.push_back(row);
  }
  const Encoder encoder = Encoder::fit(loaded.table, columns, attacks, Encoding::parse("standardise"));
  write_matrix(words[2], dense(encoder, encoder.encode(loaded.table).gather(attacks)), attacks.size());
}

/// Row-major normal numbers.
std::vector<double> normals(Rng& rng, std::size_t count) {
  std::vector<double> values(count);
  for (double& value : values) value = rng.normal();
  return values;
}

void write_clouds(std::size_t rows, std::size_t columns, const std::string& path) {
  constexpr std::size_t kClouds = 8;
  Rng rng(1);
  const auto centres = normals(rng, kClouds * columns);
  auto mixing = normals(rng, kClouds * columns * columns);
  for (std::size_t i = 0; i < mixing.size(); ++i) {
    const bool diagonal = i % columns == i / columns % columns;
    mixing[i] = 0.3 * mixing[i] + (diagonal ? 1 : 0);
  }
  std::vector<float> values;
  values.reserve(rows * columns);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t cloud = rng.below(kClouds);
    const auto point = normals(rng, columns);
    for (std::size_t column = 0; column < columns; ++column) {
      double sum = 1.5 * centres[cloud * columns + column];
      for (std::size_t k = 0; k < columns; ++k) sum += point[k] * mixing[(cloud * columns + k) * columns + column];
      values.push_back(static_cast<float>(sum));
    }
  }
  write_matrix(path, values, rows);
}

void write_counts(std::size_t rows, std::size_t columns, const std::string& path) {
  constexpr double kTenths = 10;
  Rng rng(1);
  auto values = normals(rng, rows * columns);
  std::vector<double> sum(columns);
  std::vector<double> squares(columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t column = i % columns;
    const double spread = 1 + static_cast<double>(column * column) / static_cast<double>(columns);
    values[i] = std::round(kTenths * std::abs(values[i]) * spread) / kTenths;
    sum[column] += values[i];
    squares[column] += values[i] * values[i];
  }
  std::vector<float> scaled;
  scaled.reserve(values.size());
  const auto n = static_cast<double>(rows);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double mean = sum[i % columns] / n;
    scaled.push_back(static_cast<float>((values[i] - mean) / std::sqrt(squares[i % columns] / n - mean * mean)));
  }
  write_matrix(path, scaled, rows);
}

void write_flows(std::size_t rows, const std::string& path) {
  constexpr double kAnomalyShare = 0.02;
  OutputFile out(path);
  write_csv(make_flow_table({.rows = rows, .anomaly_share = kAnomalyShare}), out);
  out.commit();
}

void write_flood(std::size_t packets, const std::string& path) {
  TrafficWriter writer(1);
  writer.add(FloodStory{.target = ipv4_address(192, 0, 2, 80),
                        .start = 1'772'442'000'000'000'000,
                        .packets = static_cast<std::uint32_t>(packets)});
  const MadeTraffic flood = writer.finish();
  PcapWriter out(path, LinkType::ethernet);
  for (std::size_t i = 0; i < flood.size(); ++i) out.write(flood.frame(i));
  out.commit();
}

std::size_t whole(const std::string& text) { return static_cast<std::size_t>(parse_integer(text).value_or(0)); }

void run(const Words& words) {
  const std::string what = words.empty() ? "" : words[0];
  if (words.size() == 3 && (what == "kdd99" || what == "shuffled" || what == "three")) return write_kdd(words);
  if (words.size() == 3 && what == "ocpp") return write_ocpp(words);
  if (words.size() == 3 && what == "flows") return write_flows(whole(words[1]), words[2]);
  if (words.size() == 3 && what == "flood") return write_flood(whole(words[1]), words[2]);
  if (words.size() == 4 && what == "clouds") return write_clouds(whole(words[1]), whole(words[2]), words[3]);
  if (words.size() == 4 && what == "counts") return write_counts(whole(words[1]), whole(words[2]), words[3]);
  throw usage_error("no such input: " + what);
}

}  // namespace
}  // namespace netstray

int main(int argc, char** argv) {
  try {
    netstray::run({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "netstray_job_inputs: %s\n", error.what());
    return 1;
  }
}
