#include "netstray/table/json_reader.h"

#include <algorithm>
#include <exception>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/table/json_object.h"
#include "netstray/table/line_scanner.h"
#include "netstray/table/missing_markers.h"
#include "netstray/table/row_reader.h"
#include "netstray/table/type_finder.h"

namespace netstray {
namespace {

constexpr std::size_t kSampleRows = 1000;
constexpr std::size_t kSampleBytes = std::size_t{1} << 20;
constexpr std::size_t kMostSampleBytes = 2 * LineScanner::kLongestLine;  // where no column was found before

/// Column names and their places. Lines mostly have the same keys in the same order, so the next one is tried first.
class NameIndex {
 public:
  std::size_t size() const noexcept { return names_.size(); }
  const std::string& operator[](std::size_t index) const noexcept { return names_[index]; }

  void add(std::string_view name) {
    if (places_.try_emplace(std::string(name), names_.size()).second) names_.emplace_back(name);
  }
  std::optional<std::size_t> find(std::string_view name) {
    if (next_ >= names_.size() || names_[next_] != name) {
      const auto found = places_.find(name);
      if (found == places_.end()) return {};
      next_ = found->second;
    }
    return next_++;
  }
  void begin_row() noexcept { next_ = 0; }

 private:
  std::vector<std::string> names_;
  std::map<std::string, std::size_t, std::less<>> places_;
  std::size_t next_ = 0;
};

}  // namespace

class JsonReader::State {
 public:
  State(std::unique_ptr<ByteSource> source, CsvOptions options);

  void start(RowBatch& batch);
  bool append(RowBatch& batch, std::size_t max_rows, bool only_available);

  const Schema& schema() const noexcept { return row_reader_->schema(); }
  const ByteSource& source() const noexcept { return lines_.source(); }
  std::uint64_t rows() const noexcept { return rows_; }
  const std::map<std::string, std::uint64_t>& skipped() const noexcept { return skipped_; }
  const std::vector<std::string>& late_names() const noexcept { return late_names_; }

 private:
  using Step = LineScanner::Step;

  Step next_line(bool may_read);
  std::vector<TypeFinder> take_sample();
  std::vector<ColumnPlan> plan_columns(const std::vector<TypeFinder>& finders);
  bool append_row(RowBatch& batch);
  void note_late(std::string_view name);
  void reject(std::string_view reason, const std::string& text);
  Error no_rows() const;

  CsvOptions options_;
  LineScanner lines_;
  JsonObject object_;
  MissingMarkers markers_;
  NameIndex names_;
  std::optional<RowReader> row_reader_;
  std::vector<std::optional<std::string_view>> cells_;
  std::uint64_t rows_ = 0;
  std::map<std::string, std::uint64_t> skipped_;
  std::vector<std::string> late_names_;
  std::exception_ptr pending_;  // of a row behind those that were handed out last
  bool started_ = false;
};

JsonReader::State::State(std::unique_ptr<ByteSource> source, CsvOptions options)
    : options_(std::move(options)), lines_(std::move(source), options_.block_bytes), markers_(options_.missing) {
  const auto finders = take_sample();
  row_reader_.emplace(plan_columns(finders), markers_);
  for (const auto& [name, type] : options_.types) row_reader_->schema().require(name);
  cells_.resize(names_.size());
}

/// The next line that is not empty.
JsonReader::State::Step JsonReader::State::next_line(bool may_read) {
  for (;;) {
    const Step step = lines_.next(may_read);
    if (step != Step::line || !trim(lines_.text()).empty()) return step;
  }
}

/// Looks at the first lines and goes back to before them. Lines that are wrong are left for reading to complain about.
std::vector<TypeFinder> JsonReader::State::take_sample() {
  std::vector<TypeFinder> finders;
  lines_.mark();
  std::size_t rows = 0;
  while (rows < kSampleRows && lines_.bytes_since_mark() < (names_.size() == 0 ? kMostSampleBytes : kSampleBytes)) {
    const Step step = next_line(true);
    const bool good = step == Step::line && object_.parse(lines_.text());
    if (!good && (step == Step::end || step == Step::dry || !options_.skip_bad_rows)) break;
    if (!good) continue;
    ++rows;
    names_.begin_row();
    for (std::size_t i = 0; i < object_.size(); ++i) {
      const auto value = object_[i];
      names_.add(value.name);
      finders.resize(names_.size());
      if (!value.is_null && !markers_.contains(value.text)) finders[*names_.find(value.name)].add(value.text);
    }
  }
  lines_.rewind();
  return finders;
}

std::vector<ColumnPlan> JsonReader::State::plan_columns(const std::vector<TypeFinder>& finders) {
  const auto& expected_types = options_.expected;
  const bool some_are_there = std::any_of(expected_types.begin(), expected_types.end(),
                                          [this](const auto& entry) { return names_.find(entry.first).has_value(); });
  if (some_are_there) {
    for (const auto& [name, type] : expected_types) names_.add(name);
  }
  std::vector<ColumnPlan> plans;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const std::string& name = names_[i];
    ColumnPlan plan{{name, ColumnType::number}, TypeCertainty::undecided};
    if (const auto given = options_.types.find(name); given != options_.types.end()) {
      plan = {{name, given->second}, TypeCertainty::given};
    } else if (const auto expected = options_.expected.find(name); expected != options_.expected.end()) {
      plan = {{name, expected->second}, TypeCertainty::found};
    } else if (options_.rest_as_text) {
      plan = {{name, ColumnType::category}, TypeCertainty::found};
    } else if (const auto type = i < finders.size() ? finders[i].type(name) : std::nullopt) {
      plan = {{name, *type}, TypeCertainty::found};
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

void JsonReader::State::start(RowBatch& batch) {
  if (started_) row_reader_->settle();
  started_ = true;
  batch.table = Table(row_reader_->schema());
  batch.lines.clear();
  batch.texts.clear();
}

bool JsonReader::State::append(RowBatch& batch, std::size_t max_rows, bool only_available) {
  if (pending_) std::rethrow_exception(std::exchange(pending_, nullptr));
  std::size_t added = 0;
  try {
    while (added < max_rows) {
      const Step step = next_line(!only_available || added == 0);
      if (step == Step::dry) break;
      if (step == Step::end) {
        if (rows_ == 0) throw no_rows();
        break;
      }
      if (step == Step::too_long) {
        reject("line too long", "found a line over 16 MiB, expected a shorter one");
      } else if (append_row(batch)) {
        ++added;
        ++rows_;
      }
    }
  } catch (const Error&) {
    if (added == 0) throw;
    pending_ = std::current_exception();  // first the good rows before it
  }
  return added > 0;
}

bool JsonReader::State::append_row(RowBatch& batch) {
  if (!object_.parse(lines_.text())) {
    reject("not a JSON object", fmt::format("found {}, expected a JSON object", quoted(lines_.text())));
    return false;
  }
  if (cells_.empty()) {  // no object of the first lines has a member
    reject("no columns", fmt::format("found {}, expected an object with members: there are no columns without",
                                     quoted(lines_.text())));
    return false;
  }
  std::fill(cells_.begin(), cells_.end(), std::nullopt);
  names_.begin_row();
  for (std::size_t i = 0; i < object_.size(); ++i) {
    const auto value = object_[i];
    const auto column = names_.find(value.name);
    if (!column) {
      note_late(value.name);
    } else {
      cells_[*column] = value.is_null ? std::nullopt : std::optional(value.text);
    }
  }
  if (const auto problem = row_reader_->append(cells_, batch.table)) {
    reject(problem->reason,
           fmt::format("{}: found {}, expected {}", names_[problem->column], problem->found, problem->expected));
    return false;
  }
  batch.lines.push_back(lines_.line());
  if (options_.keep_text) batch.texts.emplace_back(lines_.text());
  return true;
}

void JsonReader::State::note_late(std::string_view name) {
  if (late_names_.size() >= kMostLate || std::find(late_names_.begin(), late_names_.end(), name) != late_names_.end()) {
    return;
  }
  late_names_.emplace_back(name);
}

void JsonReader::State::reject(std::string_view reason, const std::string& text) {
  if (!options_.skip_bad_rows) throw Error(fmt::format("{}:{}: {}", source().name(), lines_.line(), text));
  ++skipped_[std::string(reason)];
}

Error JsonReader::State::no_rows() const {
  std::uint64_t bad = 0;
  for (const auto& [reason, count] : skipped_) bad += count;
  if (bad == 0) return Error(fmt::format("{}: no rows", source().name()));
  return Error(fmt::format("{}: no rows: all {} were skipped as bad", source().name(), bad));
}

bool begins_json(std::string_view head) noexcept {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  head = trim(head);
  if (!head.starts_with('{')) return false;
  head = trim(head.substr(1));
  return head.empty() || head.front() == '"' || head.front() == '}';
}

JsonReader::JsonReader(std::unique_ptr<ByteSource> source, CsvOptions options)
    : state_(std::make_unique<State>(std::move(source), std::move(options))) {}
JsonReader::~JsonReader() = default;

const Schema& JsonReader::schema() const noexcept { return state_->schema(); }

bool JsonReader::read(RowBatch& batch, std::size_t max_rows, bool only_available) {
  state_->start(batch);
  return state_->append(batch, max_rows, only_available);
}

bool JsonReader::append(RowBatch& batch, std::size_t max_rows) { return state_->append(batch, max_rows, false); }

std::uint64_t JsonReader::rows() const noexcept { return state_->rows(); }
const std::map<std::string, std::uint64_t>& JsonReader::skipped() const noexcept { return state_->skipped(); }
const std::vector<std::string>& JsonReader::late_names() const noexcept { return state_->late_names(); }
InputBytes JsonReader::bytes() const { return input_bytes(state_->source()); }
std::string JsonReader::digest() const { return state_->source().digest(); }

}  // namespace netstray
