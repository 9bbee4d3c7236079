#include "netstray/table/join.h"

#include <limits>
#include <span>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/table/row_bytes.h"
#include "netstray/table/value_ids.h"

namespace netstray {
namespace {

/// The rows that have each value, in their order: those of value v are rows[start[v]] to rows[start[v + 1]].
struct RowsByValue {
  std::vector<std::uint32_t> start, rows;

  std::uint32_t count(std::uint32_t value) const noexcept { return start[value + 1] - start[value]; }
};

RowsByValue group_rows(const ValueIds& ids) {
  RowsByValue groups;
  groups.start.assign(ids.distinct + std::size_t{1}, 0);
  std::size_t present = 0;
  for (const std::uint32_t id : ids.of_row) {
    if (id == ValueIds::kMissing) continue;
    ++groups.start[id + 1];
    ++present;
  }
  for (std::size_t id = 0; id < ids.distinct; ++id) groups.start[id + 1] += groups.start[id];
  groups.rows.resize(present);
  auto next = groups.start;
  for (std::size_t row = 0; row < ids.of_row.size(); ++row) {
    const std::uint32_t id = ids.of_row[row];
    if (id != ValueIds::kMissing) groups.rows[next[id]++] = static_cast<std::uint32_t>(row);
  }
  return groups;
}

JoinCounts count_rows(const ValueIds& left, const ValueIds& right, const RowsByValue& groups, JoinKind kind) {
  JoinCounts counts;
  counts.left_rows = left.of_row.size();
  counts.right_rows = right.of_row.size();
  for (const std::uint32_t id : left.of_row) {
    if (id >= right.distinct) {
      ++counts.dropped;
      continue;
    }
    const std::uint32_t matches = groups.count(id);
    counts.added += matches - 1;
    if (matches > 1) ++counts.multiplied;
  }
  counts.rows = counts.left_rows + counts.added - (kind == JoinKind::inner ? counts.dropped : 0);
  return counts;
}

void check_size(const Table& left, const Table& right, std::string_view keys, const JoinCounts& counts,
                std::uint64_t most_bytes) {
  constexpr double kIndexBytes = 2 * sizeof(std::uint32_t);
  constexpr double kMega = 1e6;
  const double bytes = static_cast<double>(counts.rows) * (bytes_per_row(left) + bytes_per_row(right) + kIndexBytes);
  const bool indexable = counts.rows < std::numeric_limits<std::uint32_t>::max();
  if (indexable && bytes <= static_cast<double>(most_bytes)) return;
  throw Error(
      fmt::format("the join on {} would make {} rows (about {} MB) of {} and {}, more than fit ({} MB): many rows on "
                  "both sides have "
                  "the same key; make the rows of one side distinct first, or join on another column",
                  keys, grouped(counts.rows), readable(bytes / kMega), grouped(counts.left_rows),
                  grouped(counts.right_rows), readable(static_cast<double>(most_bytes) / kMega)));
}

/// The pairs of rows that make the result; Column::kNoRow stands for the right row of an unmatched left one.
struct Pairs {
  std::vector<std::uint32_t> left, right;
};

Pairs pair_rows(const ValueIds& left, const ValueIds& right, const RowsByValue& groups, const JoinCounts& counts,
                JoinKind kind) {
  Pairs pairs;
  pairs.left.reserve(counts.rows);
  pairs.right.reserve(counts.rows);
  for (std::size_t row = 0; row < left.of_row.size(); ++row) {
    const std::uint32_t id = left.of_row[row];
    const auto left_row = static_cast<std::uint32_t>(row);
    if (id < right.distinct) {
      for (std::uint32_t at = groups.start[id]; at < groups.start[id + 1]; ++at) {
        pairs.left.push_back(left_row);
        pairs.right.push_back(groups.rows[at]);
      }
    } else if (kind == JoinKind::left) {
      pairs.left.push_back(left_row);
      pairs.right.push_back(Column::kNoRow);
    }
  }
  return pairs;
}

/// The places in the right table of the columns that the result takes from it: all but its key. Throws Error where a
/// name is in the left one already.
std::vector<std::size_t> columns_taken(const Schema& left, const Schema& right, std::size_t key) {
  std::vector<std::size_t> taken;
  for (std::size_t i = 0; i < right.size(); ++i) {
    if (i == key) continue;
    if (left.find(right[i].name)) {
      throw Error(fmt::format("both tables of a join have a column {}; drop or rename it in one of them",
                              quoted(right[i].name)));
    }
    taken.push_back(i);
  }
  return taken;
}

Table gather_pairs(const Table& left, const Table& right, std::span<const std::size_t> taken, const Pairs& pairs) {
  auto fields = left.schema().fields();
  for (const std::size_t i : taken) fields.push_back(right.schema()[i]);
  std::vector<Column> columns(fields.size(), Column(ColumnType::integer));
  parallel_for(columns.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      columns[i] = i < left.columns() ? left.column(i).gather(pairs.left)
                                      : right.column(taken[i - left.columns()]).gather(pairs.right);
    }
  });
  return {Schema(std::move(fields)), std::move(columns)};
}

SharedValueIds shared_keys(const Column& left, const Column& right, std::string_view keys) {
  try {
    return shared_value_ids(right, left);
  } catch (const Error& error) {
    throw Error(fmt::format("the join on {}: {}", keys, error.what()), error.kind());
  }
}

}  // namespace

Joined join(const Table& left, const Table& right, std::string_view left_key, std::string_view right_key, JoinKind kind,
            std::uint64_t most_bytes) {
  const std::string keys = fmt::format("{} = {}", left_key, right_key);
  const std::size_t right_column = right.schema().require(right_key);
  const auto ids = shared_keys(left.column(left_key), right.column(right_column), keys);
  const auto taken = columns_taken(left.schema(), right.schema(), right_column);
  const RowsByValue groups = group_rows(ids.first);
  Joined joined;
  joined.counts = count_rows(ids.second, ids.first, groups, kind);
  check_size(left, right, keys, joined.counts, most_bytes);
  auto pairs = pair_rows(ids.second, ids.first, groups, joined.counts, kind);
  joined.table = gather_pairs(left, right, taken, pairs);
  joined.left_row = std::move(pairs.left);
  return joined;
}

}  // namespace netstray
