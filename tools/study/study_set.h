#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/table/table.h"

namespace netstray {

/// Normal rows to learn from and labelled rows to judge on, of the same columns, all of which are learned.
struct StudySet {
  std::string name;
  Table train;
  Table test;
  std::vector<std::uint8_t> labels;   ///< of the test rows: 1 anomaly
  std::vector<std::string> families;  ///< of the test rows; empty where there are none
};

/// The named columns and rows of a table, in that order.
Table part_of(const Table& table, std::span<const std::size_t> columns, std::span<const std::uint32_t> rows);

/// What a file holds, decompressed.
std::string all_bytes(const std::string& path);

/// "kdd99", "kdd99-distinct", "nsl-kdd": the published sets. "ocpp": charging stations, where the flood is what is
/// learned and the rest is strange. "zeek-host": connections of a real host over three days, the first two to learn
/// from; anomalies are planted in the third: in half of them three columns come from another row, in the other half two
/// number columns are multiplied. Throws Error for another name or where the data is absent.
StudySet real_set(std::string_view name, const std::string& data_folder);
std::span<const std::string_view> real_set_names();

/// Sets without a file, each made from the seed: "office" and "office-small" (1,000 rows to learn from) by synth;
/// "office-shift": half of the test's normal rows come from another office. "blend": clusters of correlated, skewed
/// numbers and categories that depend on the cluster; anomalies are rows with some columns of another row, or moved, or
/// between clusters. "blend-shift": the clusters' shares and means drift in the test. "coarse": few levels and small
/// whole numbers, so that there are few distinct rows. Throws Error for another name.
StudySet made_up_set(std::string_view name, std::uint64_t seed);
std::span<const std::string_view> made_up_set_names();

}  // namespace netstray
