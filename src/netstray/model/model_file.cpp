// The model file, byte by byte: docs/model-format.md.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "netstray/base/byte_source.h"
#include "netstray/base/error.h"
#include "netstray/base/hash.h"
#include "netstray/base/output_file.h"
#include "netstray/model/model.h"

namespace netstray {
namespace {

constexpr std::string_view kMagic = "NETSTRAY";
constexpr std::uint32_t kFormat = 2;
constexpr std::size_t kHeaderBytes = 8 + 4 + 8;  // magic, format, size of the body
constexpr std::size_t kChecksumBytes = 8;        // XXH3-64 of all bytes before it
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;

void put_map(ByteWriter& out, const std::map<std::string, std::string>& values) {
  out.put<std::uint64_t>(values.size());
  for (const auto& [key, value] : values) {
    out.put_text(key);
    out.put_text(value);
  }
}

std::map<std::string, std::string> get_map(ByteReader& in) {
  std::map<std::string, std::string> values;
  for (std::size_t count = in.get_count(16); count > 0; --count) {
    std::string key = in.get_text();
    values[std::move(key)] = in.get_text();
  }
  return values;
}

void put_record(ByteWriter& out, const TrainingRecord& record) {
  for (const auto* text : {&record.version, &record.source, &record.digest, &record.layout, &record.feature_set,
                           &record.detector, &record.rows_used, &record.label_column, &record.normal_value}) {
    out.put_text(*text);
  }
  for (const auto number :
       {record.rows_read, record.rows_left_out, record.rows_train, record.rows_calibration, record.seed}) {
    out.put(number);
  }
  out.put<std::uint8_t>(record.attacks_in_training ? 1 : 0);
  out.put<std::uint64_t>(record.attacks_in_training.value_or(0));
  put_map(out, record.settings);
  out.put_texts(record.notes);
}

TrainingRecord get_record(ByteReader& in) {
  TrainingRecord record;
  for (auto* text : {&record.version, &record.source, &record.digest, &record.layout, &record.feature_set,
                     &record.detector, &record.rows_used, &record.label_column, &record.normal_value}) {
    *text = in.get_text();
  }
  for (auto* number :
       {&record.rows_read, &record.rows_left_out, &record.rows_train, &record.rows_calibration, &record.seed}) {
    *number = in.get<std::uint64_t>();
  }
  const bool known = in.get<std::uint8_t>() != 0;
  const auto attacks = in.get<std::uint64_t>();
  if (known) record.attacks_in_training = attacks;
  record.settings = get_map(in);
  record.notes = in.get_texts();
  return record;
}

/// The whole file, after its first bytes have shown that it is a model of this format and its size is what it says.
std::string read_checked(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw Error(fmt::format("{}: cannot open the model: {}", path, std::strerror(errno)));
  const std::streamoff end = file.tellg();
  std::string header(kHeaderBytes, '\0');
  file.seekg(0);
  if (end < 0 || !file.read(header.data(), static_cast<std::streamsize>(kHeaderBytes)) || !header.starts_with(kMagic)) {
    throw Error(fmt::format("{}: is not a netstray model (`netstray train` makes them)", path));
  }
  ByteReader fields(std::string_view(header).substr(kMagic.size()), path);
  const auto format = fields.get<std::uint32_t>();
  const auto body = fields.get<std::uint64_t>();
  const auto size = static_cast<std::uint64_t>(end);
  if (format > kFormat && format < 1000) {
    throw Error(
        fmt::format("{}: made by a newer netstray (model format {}; this one reads {}): upgrade, or train again", path,
                    format, kFormat));
  }
  if (format > 0 && format < kFormat) {
    throw Error(fmt::format("{}: made by an older netstray (model format {}; this one reads {}): train again", path,
                            format, kFormat));
  }
  if (format != kFormat) throw Error(fmt::format("{}: damaged model file: unknown format {}", path, format));
  if (size > kLargestFile || body != size - std::min<std::uint64_t>(size, kHeaderBytes + kChecksumBytes)) {
    throw Error(fmt::format("{}: damaged model file: its size is not what it says (cut short?)", path));
  }
  std::string bytes(static_cast<std::size_t>(size), '\0');
  file.seekg(0);
  if (!file.read(bytes.data(), end)) throw Error(fmt::format("{}: cannot read the model", path));
  return bytes;
}

void check_consistent(const Model& model, ByteReader& in) {
  if (!std::is_sorted(model.fingerprints.begin(), model.fingerprints.end())) in.fail("its fingerprints are not sorted");
  if (std::isnan(model.cut)) in.fail("its threshold is not a number");
}

}  // namespace

void Model::save(const std::string& path) const {
  ByteWriter body;
  put_record(body, record);
  body.put<std::uint64_t>(carried.size());
  for (const auto& column : carried) {
    body.put_text(column.name);
    body.put_text(column.why);
  }
  ensemble_.save(body);
  usual_.save(body);
  training.save(body);
  calibration.save(body);
  body.put_text(rule.text());
  body.put(cut);
  body.put<std::uint8_t>(cut_from_training ? 1 : 0);
  body.put_vector(fingerprints);

  ByteWriter header;
  header.put(kFormat);
  header.put<std::uint64_t>(body.bytes().size());
  std::string bytes(kMagic);
  bytes += header.bytes();
  bytes += body.bytes();
  ByteWriter checksum;
  checksum.put(hash64(bytes));
  OutputFile file(path);
  file.write(bytes);
  file.write(checksum.bytes());
  file.commit();
}

Model Model::load(const std::string& path) {
  const std::string bytes = read_checked(path);
  const std::size_t hashed = bytes.size() - kChecksumBytes;
  ByteReader end(std::string_view(bytes).substr(hashed), path);
  if (end.get<std::uint64_t>() != hash64(std::string_view(bytes).substr(0, hashed)))
    end.fail("its checksum does not match");

  ByteReader in(std::string_view(bytes).substr(kHeaderBytes, hashed - kHeaderBytes), path);
  TrainingRecord record = get_record(in);
  std::vector<CarriedColumn> carried(in.get_count(16));
  for (auto& column : carried) {
    column.name = in.get_text();
    column.why = in.get_text();
  }
  Ensemble ensemble = Ensemble::load(in);
  UsualByCategory usual = UsualByCategory::load(in, ensemble.encoders().front());
  Model model(std::move(ensemble), std::move(usual));
  model.record = std::move(record);
  model.carried = std::move(carried);
  model.training = ScoreSample::load(in);
  model.calibration = ScoreSample::load(in);
  try {
    model.rule = ThresholdRule::parse(in.get_text());
  } catch (const Error& error) {
    in.fail(error.what());
  }
  model.cut = in.get<double>();
  model.cut_from_training = in.get<std::uint8_t>() != 0;
  model.fingerprints = in.get_vector<std::uint64_t>();
  in.expect_end();
  check_consistent(model, in);
  return model;
}

}  // namespace netstray
