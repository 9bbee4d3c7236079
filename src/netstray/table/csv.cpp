#include "netstray/table/csv.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/parallel.h"
#include "netstray/base/text.h"
#include "netstray/table/csv_header.h"
#include "netstray/table/csv_piece.h"
#include "netstray/table/csv_scanner.h"
#include "netstray/table/missing_markers.h"
#include "netstray/table/row_reader.h"
#include "netstray/table/type_finder.h"

namespace netstray {
namespace {

constexpr std::size_t kSampleRows = 1000;
constexpr std::size_t kSampleBytes = std::size_t{1} << 20;

constexpr std::size_t kCellsForAdvice = 100;

// Rows are read in pieces, several for each thread at a time, and one by one for a while where that was in vain.
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;
constexpr std::size_t kPiecesPerThread = 4;
constexpr std::size_t kSingleRows = 64;
constexpr std::size_t kColumnsPerTask = 4;

/// A place in the file and what is wrong there.
struct Complaint {
  std::string_view reason;
  std::uint64_t line;
  std::size_t column;  // from 1
  std::string found;
  std::string expected;
};

Complaint complaint_of(const CsvScanProblem& problem) {
  using Kind = CsvScanProblem::Kind;
  constexpr std::size_t kShown = 30;
  const auto found = quoted(problem.found, kShown);
  switch (problem.kind) {
    case Kind::nul_byte:
      return {"NUL byte", problem.line, problem.column, "a NUL byte", "text without NUL bytes"};
    case Kind::quote_never_closed:
      return {"quote never closed", problem.line, problem.column, found, "a closing quote within 16 MiB"};
    case Kind::text_after_quote:
      return {"text after a quote", problem.line, problem.column, found,
              "a delimiter or the line's end behind the closing quote (a quote inside is written twice)"};
    case Kind::line_too_long:
      break;
  }
  return {"line too long", problem.line, problem.column, "a line over 16 MiB", "a shorter one"};
}

/// What was seen of the first rows: a finder per column, and whether the header's cell stood in a row too.
struct Sample {
  std::vector<TypeFinder> finders;
  std::vector<bool> header_seen;
  std::size_t rows = 0;
};

}  // namespace

class CsvReader::State {
 public:
  State(std::unique_ptr<ByteSource> source, CsvOptions options);

  bool append(CsvBatch& batch, std::size_t max_rows, bool only_available);
  void start(CsvBatch& batch);

  const RowReader& row_reader() const noexcept { return *row_reader_; }
  const CsvScanner& scanner() const noexcept { return scanner_; }
  const std::optional<std::string>& header_text() const noexcept { return header_text_; }
  std::uint64_t rows() const noexcept { return rows_; }
  const std::map<std::string, std::uint64_t>& skipped() const noexcept { return skipped_; }

 private:
  using Step = CsvScanner::Step;

  void take_names();
  bool take_first_row(std::vector<std::string>& cells);
  void check_names() const;
  void find_types();
  Sample take_sample();
  bool looks_like_data(const Sample& sample, const std::vector<ColumnPlan>& plans) const;
  void check_header(const Sample& sample, const std::vector<ColumnPlan>& plans) const;
  Step next_row(bool may_read);
  bool append_row(CsvBatch& batch);
  void gather_pieces();
  std::size_t take_pieces(CsvBatch& batch, std::size_t max_rows);
  bool can_take(const CsvPiece& piece, std::size_t max_rows) const;
  void read_singly(CsvPiece piece);
  CsvScanner& rows_scanner() noexcept { return single_ ? *single_ : scanner_; }
  void reject(const Complaint& complaint);
  [[noreturn]] void fail(const Complaint& complaint, const std::string& hint = {}) const;
  std::string field_name(std::size_t column) const;
  std::string advice(std::span<const std::string> cells) const { return options_.advice ? options_.advice(cells) : ""; }
  std::vector<std::string> row_cells();
  Error no_rows() const;

  CsvOptions options_;
  CsvScanner scanner_;
  MissingMarkers markers_;
  std::vector<std::string> names_;
  std::optional<std::vector<std::string>> header_cells_;  // where the names came from the file
  std::uint64_t header_line_ = 1;
  std::optional<std::string> header_text_;
  std::optional<RowReader> row_reader_;
  std::uint64_t rows_ = 0;
  std::exception_ptr pending_;  ///< of a row behind those that were handed out last
  std::map<std::string, std::uint64_t> skipped_;
  bool started_ = false;

  // Empty lines of a one-column table, which are rows once another row follows.
  std::uint64_t blank_lines_ = 0;
  std::uint64_t first_blank_line_ = 0;
  std::optional<Step> held_;

  std::deque<CsvPiece> pieces_;       // parsed, in order, not handed out yet
  std::optional<CsvScanner> single_;  // of a piece whose rows are read one by one, before those of pieces_
  std::size_t single_rows_ = 0;       // to read one by one before the next pieces are tried
};

CsvReader::State::State(std::unique_ptr<ByteSource> source, CsvOptions options)
    : options_(std::move(options)), scanner_(std::move(source), options_.block_bytes), markers_(options_.missing) {
  const auto first_line = scanner_.first_line();
  scanner_.set_delimiter(options_.delimiter.value_or(find_delimiter(first_line, options_.names.size())));
  take_names();
  find_types();
}

std::vector<std::string> CsvReader::State::row_cells() {
  std::vector<std::string> cells;
  const std::size_t count = rows_scanner().kept_cells();
  cells.reserve(count);
  for (std::size_t i = 0; i < count; ++i) cells.emplace_back(rows_scanner().cell(i));
  return cells;
}

/// The first row that is not empty; false where there is none.
bool CsvReader::State::take_first_row(std::vector<std::string>& cells) {
  for (;;) {
    switch (scanner_.next(true)) {
      case Step::bad:
        fail(complaint_of(scanner_.problem()));
      case Step::dry:
      case Step::end:
        return false;
      case Step::row:
        if (scanner_.blank()) continue;
        cells = row_cells();
        if (scanner_.cells() > cells.size()) {
          throw Error(fmt::format("{}:{}: found {} cells, expected no more than {}", scanner_.source().name(),
                                  scanner_.line(), scanner_.cells(), cells.size()));
        }
        return true;
    }
  }
}

/// Finds the columns' names, and leaves the scanner before the first row of data.
void CsvReader::State::take_names() {
  using Header = CsvOptions::Header;
  names_ = options_.names;
  if (options_.header == Header::absent && !names_.empty()) return check_names();
  scanner_.mark();
  std::vector<std::string> cells;
  if (!take_first_row(cells)) throw no_rows();
  const bool skip = options_.header == Header::first_row ||
                    (options_.header == Header::if_named && is_header_of(cells, options_.names));
  if (skip) {
    header_text_ = std::string(scanner_.text());
    header_line_ = scanner_.line();
    scanner_.mark();
  }
  scanner_.rewind();
  if (names_.empty() && options_.header == Header::first_row) {
    header_cells_ = cells;
    for (const auto& cell : cells) {
      const auto name = trim(cell);
      names_.push_back(name.empty() ? fmt::format("unnamed: {}", names_.size()) : std::string(name));
    }
    if (most_are_numbers(cells)) check_header({}, {});
  } else if (names_.empty()) {
    for (std::size_t i = 1; i <= cells.size(); ++i) names_.push_back(fmt::format("c{}", i));
  } else {
    check_names();
  }
}

/// Names that the user gave.
void CsvReader::State::check_names() const {
  const auto problem = find_name_problem(names_);
  if (!problem) return;
  if (!problem->same_as) throw usage_error(fmt::format("the name of column {} is empty", problem->index + 1));
  throw usage_error(fmt::format("the columns {} and {} are both named {}, expected names that differ",
                                *problem->same_as + 1, problem->index + 1, quoted(names_[problem->index])));
}

void CsvReader::State::find_types() {
  std::vector<ColumnPlan> plans;
  bool all_known = true;
  for (const auto& name : names_) {
    ColumnPlan plan{{name, ColumnType::number}, TypeCertainty::undecided};
    if (const auto given = options_.types.find(name); given != options_.types.end()) {
      plan = {{name, given->second}, TypeCertainty::given};
    } else if (const auto expected = options_.expected.find(name); expected != options_.expected.end()) {
      plan = {{name, expected->second}, TypeCertainty::found};
    } else if (options_.rest_as_text) {
      plan = {{name, ColumnType::category}, TypeCertainty::found};
    } else {
      all_known = false;
    }
    plans.push_back(std::move(plan));
  }
  scanner_.keep_cells(std::max(names_.size(), kCellsForAdvice));
  Sample sample;
  if (!all_known) {
    sample = take_sample();
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (plans[i].certainty != TypeCertainty::undecided) continue;
      if (const auto type = sample.finders[i].type(plans[i].field.name)) {
        plans[i] = {{plans[i].field.name, *type}, TypeCertainty::found};
      }
    }
  }
  if (header_cells_) check_header(sample, plans);
  row_reader_.emplace(plans, markers_);
  for (const auto& [name, type] : options_.types) row_reader_->schema().require(name);
}

/// Looks at the first rows and goes back to before them. Rows that are wrong are left for reading to complain about.
Sample CsvReader::State::take_sample() {
  Sample sample{std::vector<TypeFinder>(names_.size()), std::vector<bool>(names_.size(), false), 0};
  scanner_.mark();
  while (sample.rows < kSampleRows && scanner_.bytes_since_mark() < kSampleBytes) {
    const auto step = scanner_.next(true);
    if (step == Step::end || (step == Step::bad && !options_.skip_bad_rows)) break;
    if (step == Step::bad && scanner_.problem().kind == CsvScanProblem::Kind::line_too_long) break;
    if (step == Step::bad || scanner_.cells() != names_.size() || scanner_.blank()) continue;
    ++sample.rows;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const auto cell = scanner_.cell(i);
      if (markers_.contains(cell)) continue;
      sample.finders[i].add(cell);
      if (header_cells_ && cell == (*header_cells_)[i]) sample.header_seen[i] = true;
    }
  }
  scanner_.rewind();
  return sample;
}

/// Whether each cell of the header could be a value of its column. (A name may by chance be a value of a category
/// column.)
bool CsvReader::State::looks_like_data(const Sample& sample, const std::vector<ColumnPlan>& plans) const {
  if (most_are_numbers(*header_cells_)) return true;
  std::size_t decided = 0;
  for (std::size_t i = 0; i < plans.size() && sample.rows > 0; ++i) {
    if (plans[i].certainty == TypeCertainty::undecided) continue;
    const auto& cell = (*header_cells_)[i];
    ++decided;
    if (!markers_.contains(cell) && !sample.header_seen[i] && !is_of_type(cell, plans[i].field.type)) return false;
  }
  return decided > 0;
}

void CsvReader::State::check_header(const Sample& sample, const std::vector<ColumnPlan>& plans) const {
  if (looks_like_data(sample, plans)) {
    fail({"", header_line_, 1, quoted(header_cells_->front()),
          "a column's name, but the first row looks like data; say --columns NAMES, or --no-header"},
         advice(*header_cells_));
  }
  const auto problem = find_name_problem(names_);
  if (!problem) return;
  fail({"", header_line_, problem->index + 1, quoted((*header_cells_)[problem->index]),
        fmt::format("a name of its own (column {} has this one)", problem->same_as.value_or(0) + 1)});
}

/// The next row of data; the empty lines of a one-column table come as rows (blank_lines_ > 0) once another row
/// follows.
CsvReader::State::Step CsvReader::State::next_row(bool may_read) {
  while (!held_) {
    const auto step = rows_scanner().next(may_read);
    if (step == Step::row && rows_scanner().blank()) {
      if (names_.size() == 1 && blank_lines_++ == 0) first_blank_line_ = rows_scanner().line();
    } else if (blank_lines_ == 0 || step == Step::dry || step == Step::end) {
      return step;
    } else {
      held_ = step;
    }
  }
  if (blank_lines_ > 0) return Step::row;
  return *std::exchange(held_, std::nullopt);
}

void CsvReader::State::start(CsvBatch& batch) {
  if (started_) row_reader_->settle();
  started_ = true;
  batch.table = Table(row_reader_->schema());
  batch.lines.clear();
  batch.texts.clear();
}

bool CsvReader::State::append(CsvBatch& batch, std::size_t max_rows, bool only_available) {
  if (pending_) std::rethrow_exception(std::exchange(pending_, nullptr));
  std::size_t added = 0;
  try {
    while (added < max_rows) {
      if (!only_available && pieces_.empty() && !single_ && single_rows_ == 0) gather_pieces();
      if (const std::size_t rows = take_pieces(batch, max_rows - added); rows > 0) {
        added += rows;
        rows_ += rows;
        continue;
      }
      const auto step = next_row(!only_available || added == 0);
      if (step == Step::end && single_) {
        single_.reset();
        continue;
      }
      if (step == Step::dry || step == Step::end) {
        if (step == Step::end && rows_ == 0) throw no_rows();
        break;
      }
      if (!single_ && single_rows_ > 0) --single_rows_;
      if (step == Step::bad) {
        reject(complaint_of(rows_scanner().problem()));
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

/// Cuts the next pieces out of the stream and parses them on all threads.
void CsvReader::State::gather_pieces() {
  const std::size_t most = kPiecesPerThread * threads();
  while (names_.size() > 1 && pieces_.size() < most) {
    CsvPiece piece(*row_reader_);
    piece.bytes = scanner_.take_rows(piece.text, std::min(kPieceBytes, options_.block_bytes));
    if (piece.bytes == 0) break;
    pieces_.push_back(std::move(piece));
  }
  if (pieces_.size() < most) single_rows_ = kSingleRows;
  const char delimiter = scanner_.delimiter();
  parallel_for(pieces_.size(), 1, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) parse_piece(pieces_[i], delimiter);
  });
  for (auto& piece : pieces_) {
    piece.first_line = scanner_.next_line();
    scanner_.advance_lines(piece.index.lines());
  }
}

/// Whether the piece's rows, or as many as are wanted, can be put behind those before as they are. (Of a column that
/// holds f64 some rows alone might have been mantissas.)
bool CsvReader::State::can_take(const CsvPiece& piece, std::size_t max_rows) const {
  if (!piece.usual || !piece.reader.agrees_with(*row_reader_)) return false;
  return !piece.holds_floats || (piece.taken == 0 && piece.index.rows() <= max_rows);
}

/// Hands out rows of the pieces; none where the next one must be read row by row, which is then prepared.
std::size_t CsvReader::State::take_pieces(CsvBatch& batch, std::size_t max_rows) {
  struct Part {
    const CsvPiece& piece;
    std::size_t begin;
    std::size_t end;
  };
  if (single_ || pieces_.empty()) return 0;
  std::vector<Part> parts;
  std::size_t rows = 0;
  for (auto& piece : pieces_) {
    if (rows == max_rows || !can_take(piece, max_rows - rows)) break;
    const std::size_t count = std::min(max_rows - rows, piece.index.rows() - piece.taken);
    parts.push_back({piece, piece.taken, piece.taken + count});
    piece.taken += count;
    rows += count;
  }
  parallel_for(names_.size(), kColumnsPerTask, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      for (const auto& [piece, first, last] : parts) {
        batch.table.column(i).append_rows(piece.table.column(i), first, last);
      }
    }
  });
  for (const auto& [piece, first, last] : parts) {
    append_lines(piece, first, last, batch.lines);
    for (std::size_t row = first; options_.keep_text && row < last; ++row) {
      batch.texts.emplace_back(piece.index.row(row));
    }
  }
  while (!pieces_.empty() && pieces_.front().usual && pieces_.front().taken == pieces_.front().index.rows()) {
    pieces_.pop_front();
  }
  if (rows > 0 || pieces_.empty()) return rows;
  read_singly(std::move(pieces_.front()));
  pieces_.pop_front();
  return 0;
}

/// Makes the rows of a piece that were not handed out yet come one by one.
void CsvReader::State::read_singly(CsvPiece piece) {
  std::uint64_t line = piece.first_line;
  piece.text.resize(piece.bytes);
  if (piece.taken > 0) {
    const auto done = static_cast<std::size_t>(piece.index.row(piece.taken).data() - piece.text.data());
    const std::string_view before(piece.text.data(), done);
    line += static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'));
    piece.text.erase(0, done);
  }
  single_.emplace(scanner_, std::move(piece.text), line);
}

bool CsvReader::State::append_row(CsvBatch& batch) {
  if (blank_lines_ > 0) {
    --blank_lines_;
    batch.table.column(0).append_missing();
    batch.lines.push_back(first_blank_line_++);
    if (options_.keep_text) batch.texts.emplace_back();
    return true;
  }
  CsvScanner& scanner = rows_scanner();
  const std::size_t cells = scanner.cells();
  if (cells != names_.size()) {
    const bool few = cells < names_.size();
    reject({few ? "too few cells" : "too many cells", scanner.line(), std::min(cells, names_.size()) + 1,
            fmt::format("{} cell{}", cells, cells == 1 ? "" : "s"), fmt::format("{}", names_.size())});
    return false;
  }
  if (auto problem = row_reader_->append(scanner, batch.table)) {
    reject({problem->reason, scanner.line(), problem->column + 1, std::move(problem->found),
            std::move(problem->expected)});
    return false;
  }
  batch.lines.push_back(scanner.line());
  if (options_.keep_text) batch.texts.emplace_back(scanner.text());
  return true;
}

void CsvReader::State::reject(const Complaint& complaint) {
  if (options_.skip_bad_rows) {
    ++skipped_[std::string(complaint.reason)];
    return;
  }
  const bool of_cells = complaint.reason == "too few cells" || complaint.reason == "too many cells";
  fail(complaint, of_cells && rows_ == 0 ? advice(row_cells()) : std::string());
}

void CsvReader::State::fail(const Complaint& complaint, const std::string& hint) const {
  throw Error(fmt::format("{}:{}:{}: {}: found {}, expected {}{}", scanner_.source().name(), complaint.line,
                          complaint.column, field_name(complaint.column), complaint.found, complaint.expected, hint));
}

std::string CsvReader::State::field_name(std::size_t column) const {
  if (!row_reader_) return "header";
  return column <= names_.size() ? names_[column - 1] : "row";
}

Error CsvReader::State::no_rows() const {
  std::uint64_t bad = 0;
  for (const auto& [reason, count] : skipped_) bad += count;
  const std::string& name = scanner_.source().name();
  if (bad > 0) return Error(fmt::format("{}: no rows: all {} were skipped as bad", name, bad));
  return Error(fmt::format("{}: no rows{}", name, header_text_ ? " behind the header" : ""));
}

CsvReader::CsvReader(std::unique_ptr<ByteSource> source, CsvOptions options)
    : state_(std::make_unique<State>(std::move(source), std::move(options))) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

const Schema& CsvReader::schema() const noexcept { return state_->row_reader().schema(); }
char CsvReader::delimiter() const noexcept { return state_->scanner().delimiter(); }
const std::optional<std::string>& CsvReader::header_text() const noexcept { return state_->header_text(); }

bool CsvReader::read(CsvBatch& batch, std::size_t max_rows, bool only_available) {
  state_->start(batch);
  return state_->append(batch, max_rows, only_available);
}

bool CsvReader::append(CsvBatch& batch, std::size_t max_rows) { return state_->append(batch, max_rows, false); }

std::uint64_t CsvReader::rows() const noexcept { return state_->rows(); }
const std::map<std::string, std::uint64_t>& CsvReader::skipped() const noexcept { return state_->skipped(); }
const std::vector<std::string>& CsvReader::late_names() const noexcept {
  static const std::vector<std::string> none;
  return none;
}
InputBytes CsvReader::bytes() const { return input_bytes(state_->scanner().source()); }
std::string CsvReader::digest() const { return state_->scanner().source().digest(); }

}  // namespace netstray
