#include "netstray/table/csv_scanner.h"

#include <algorithm>
#include <cstring>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/table/csv_index.h"

namespace netstray {
namespace {

constexpr std::size_t kNone = std::string::npos;
constexpr std::size_t kFirstLineBytes = std::size_t{1} << 16;
constexpr std::size_t kFoundBytes = 80;

bool ends_a_line_outside_quotes(std::string_view text) noexcept {
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) return true;
  }
  return false;
}

}  // namespace

CsvScanner::CsvScanner(std::unique_ptr<ByteSource> source, std::size_t block_bytes)
    : source_(std::move(source)), block_bytes_(block_bytes), nul_(kNone) {
  buffer_.resize(1);
}

CsvScanner::CsvScanner(const CsvScanner& before, std::string rows, std::uint64_t first_line)
    : CsvScanner(plain_memory(before.source().name(), std::move(rows)), before.block_bytes_) {
  delimiter_ = before.delimiter_;
  most_kept_ = before.most_kept_;
  next_line_ = first_line;
  fill();
}

void CsvScanner::set_delimiter(char delimiter) noexcept { delimiter_ = delimiter; }

std::string_view CsvScanner::first_line() {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  while (!at_end_ && end_ < kFirstLineBytes && !ends_a_line_outside_quotes({buffer_.data(), end_})) fill();
  const std::string_view head(buffer_.data(), end_);
  next_ = head.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  if (next_ == end_) throw Error(fmt::format("{}: is empty, expected rows", source_->name()));
  check_text();
  return head.substr(next_);
}

/// Binary files show many control bytes at once; a stray one in a text is found later, with its place.
void CsvScanner::check_text() const {
  const std::string_view head = std::string_view(buffer_).substr(0, std::min(end_, kFirstLineBytes));
  if (head.starts_with("\xff\xfe") || head.starts_with("\xfe\xff")) {
    throw Error(fmt::format("{}: does not look like text in UTF-8: it begins as UTF-16 does; convert it first (iconv)",
                            source_->name()));
  }
  const auto control = std::count_if(head.begin(), head.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < ' ' && c != '\t' && c != '\n' && c != '\r';
  });
  constexpr std::size_t kFewest = 4;
  constexpr std::size_t kOneIn = 20;
  const auto count = static_cast<std::size_t>(control);
  if (count >= kFewest && count * kOneIn > head.size()) {
    throw Error(fmt::format("{}: does not look like text: {} of its first {} bytes are control bytes, expected CSV",
                            source_->name(), count, head.size()));
  }
}

void CsvScanner::fill() {
  const std::size_t keep = mark_ ? *mark_ : (row_open_ ? row_ : next_);
  if (failure_) std::rethrow_exception(failure_);
  if (keep > 0) {
    std::memmove(buffer_.data(), buffer_.data() + keep, end_ - keep);
    end_ -= keep;
    row_ -= std::min(row_, keep);
    next_ -= std::min(next_, keep);
    scan_ -= std::min(scan_, keep);
    if (nul_ != kNone) nul_ -= keep;
    if (mark_) mark_ = 0;
  }
  if (buffer_.size() < end_ + block_bytes_ + 1) buffer_.resize(std::max(buffer_.size() * 2, end_ + block_bytes_ + 1));
  std::size_t got = 0;
  try {
    got = source_->read({buffer_.data() + end_, block_bytes_});
  } catch (...) {
    buffer_[end_] = '\n';  // the rows at hand are still to be scanned
    throw;
  }
  at_end_ = got == 0;
  const std::size_t from = end_;
  end_ += got;
  buffer_[end_] = '\n';
  if (nul_ == kNone) find_nul(from);
}

void CsvScanner::fill_for_rows() {
  try {
    fill();
  } catch (const Error&) {
    failure_ = std::current_exception();
  }
}

std::size_t CsvScanner::take_rows(std::string& rows, std::size_t bytes) {
  const bool plain_delimiter = delimiter_ != '"' && delimiter_ != '\r' && delimiter_ != '\n';
  if (row_open_ || mark_ || !plain_delimiter) return 0;
  while (!at_end_ && !failure_ && end_ - next_ < bytes) fill_for_rows();
  if (buffer_.size() < end_ + kTextPadding) buffer_.resize(end_ + kTextPadding);
  const std::size_t behind = std::min({end_, next_ + bytes, nul_});
  const std::size_t length = regular_rows({buffer_.data() + next_, behind - next_}, delimiter_);
  if (length == 0) return 0;
  rows.resize(length + kTextPadding);
  std::memcpy(rows.data(), buffer_.data() + next_, length);
  next_ += length;
  return length;
}

void CsvScanner::find_nul(std::size_t from) {
  const void* found = std::memchr(buffer_.data() + from, 0, end_ - from);
  nul_ = found == nullptr ? kNone : static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data());
}

void CsvScanner::begin_row() {
  row_ = next_;
  scan_ = next_;
  line_ = next_line_;
  state_ = State::cell_start;
  cell_count_ = 0;
  row_has_quotes_ = false;
  row_open_ = true;
}

CsvScanner::Step CsvScanner::next(bool may_read) {
  if (!row_open_) begin_row();
  for (;;) {
    if (skipping_line_) {
      if (drop_line()) {
        begin_row();
        continue;
      }
    } else if (find_row_end()) {
      return row_open_ ? fail(CsvScanProblem::Kind::text_after_quote, scan_, cell_count_ + 1) : finished_row();
    } else if (scan_ - row_ > kLongestRow) {
      const bool quoted = state_ == State::quoted;
      return quoted ? fail(CsvScanProblem::Kind::quote_never_closed, row_ + quote_, cell_count_ + 1)
                    : fail(CsvScanProblem::Kind::line_too_long, row_, cell_count_ + 1);
    }
    if (at_end_) return last_row();
    if (skipping_line_ || scan_ == end_ || state_ == State::after_quote) {
      if (!may_read) return Step::dry;
      fill();
    }
  }
}

/// Drops what is at hand of a line; true once its end is reached.
bool CsvScanner::drop_line() {
  const void* found = std::memchr(buffer_.data() + row_, '\n', end_ - row_);
  const bool done = found != nullptr;
  next_ = done ? static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1 : end_;
  row_ = next_;
  scan_ = next_;
  if (nul_ != kNone && nul_ < next_) find_nul(next_);
  skipping_line_ = !done;
  return done;
}

/// True once the row's end is known, or (row_open_ still set) that it has none because text follows a closing quote.
bool CsvScanner::find_row_end() {
  for (;;) {
    switch (state_) {
      case State::cell_start:
      case State::plain:
        if (!scan_plain()) return false;
        if (!row_open_) return true;
        break;
      case State::quoted:
        if (!scan_quoted()) return false;
        break;
      case State::after_quote:
        if (const auto done = scan_after_quote(); !done)
          return false;
        else if (*done)
          return true;
        break;
    }
  }
}

/// Cells without quotes, up to the row's end (row_open_ is false then) or a quote; false where the bytes run out.
bool CsvScanner::scan_plain() {
  const char* const data = buffer_.data();
  const char* const row = data + row_;
  const char* const end = data + end_;
  const char* at = data + scan_;
  const char delimiter = delimiter_;
  bool at_start = state_ == State::cell_start;
  for (;;) {
    if (at_start) {
      cell_begin_ = static_cast<std::size_t>(at - row);
      doubled_quotes_ = false;
      if (*at == '"') return open_quote();
    }
    while (*at != delimiter && *at != '\n') ++at;
    if (at == end) break;
    if (*at == '\n') {
      const bool carriage_return = at - row > static_cast<std::ptrdiff_t>(cell_begin_) && at[-1] == '\r';
      end_row(static_cast<std::size_t>(at - data) - (carriage_return ? 1 : 0), static_cast<std::size_t>(at - data) + 1);
      return true;
    }
    end_cell(static_cast<std::size_t>(at - row));
    ++at;
    at_start = true;
  }
  scan_ = static_cast<std::size_t>(at - data);
  state_ = scan_ == row_ + cell_begin_ ? State::cell_start : State::plain;
  return false;
}

/// A cell begins with a quote.
bool CsvScanner::open_quote() {
  quote_ = cell_begin_++;
  scan_ = row_ + cell_begin_;
  row_has_quotes_ = true;
  state_ = State::quoted;
  return true;
}

bool CsvScanner::scan_quoted() {
  const void* found = std::memchr(buffer_.data() + scan_, '"', end_ - scan_);
  if (found == nullptr) {
    scan_ = end_;
    return false;
  }
  scan_ = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) + 1;
  state_ = State::after_quote;
  return true;
}

/// What the byte behind a quote makes of it: nothing where it is not there yet, true where the row ends (or goes
/// wrong).
std::optional<bool> CsvScanner::scan_after_quote() {
  if (scan_ == end_) return {};
  const char c = buffer_[scan_];
  if (c == '"') {
    doubled_quotes_ = true;
    ++scan_;
    state_ = State::quoted;
    return false;
  }
  const std::size_t cell_end = scan_ - 1 - row_;
  if (c == delimiter_) {
    end_cell(cell_end);
    ++scan_;
    state_ = State::cell_start;
    return false;
  }
  if (c == '\r' && scan_ + 1 == end_ && !at_end_) return {};
  const bool carriage_return = c == '\r' && buffer_[scan_ + 1] == '\n';  // there is a line end behind the last byte
  if (c != '\n' && !carriage_return) return true;
  const std::size_t line_end = scan_ + (carriage_return ? 1 : 0);
  if (line_end == end_) return {};
  end_cell(cell_end);
  row_end_ = scan_;
  next_ = line_end + 1;
  row_open_ = false;
  return true;
}

/// A row of more cells than any before.
void CsvScanner::end_further_cell(std::size_t end) {
  if (cells_.size() == most_kept_) return;
  cells_.push_back({static_cast<std::uint32_t>(cell_begin_), static_cast<std::uint32_t>(end), doubled_quotes_});
}

void CsvScanner::end_row(std::size_t end, std::size_t next) {
  end_cell(end - row_);
  row_end_ = end;
  next_ = next;
  row_open_ = false;
}

CsvScanner::Step CsvScanner::finished_row() {
  const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(row_);
  const auto last = buffer_.begin() + static_cast<std::ptrdiff_t>(row_end_);
  next_line_ = line_ + 1 + (row_has_quotes_ ? static_cast<std::uint64_t>(std::count(first, last, '\n')) : 0);
  if (row_end_ - row_ > kLongestRow) return fail(CsvScanProblem::Kind::line_too_long, row_, 1);
  if (nul_ >= row_end_) return Step::row;
  const std::size_t at = nul_ - row_;
  std::size_t column = 1;
  while (column < std::min(cell_count_, cells_.size()) && cells_[column - 1].end < at) ++column;
  const auto step = fail(CsvScanProblem::Kind::nul_byte, nul_, column);
  find_nul(next_);
  return step;
}

CsvScanner::Step CsvScanner::last_row() {
  if (skipping_line_ || row_ == end_) return Step::end;
  if (state_ == State::quoted) return fail(CsvScanProblem::Kind::quote_never_closed, row_ + quote_, cell_count_ + 1);
  std::size_t end = end_;
  if (buffer_[end - 1] == '\r' && state_ != State::cell_start) --end;
  if (state_ == State::cell_start) {
    cell_begin_ = end - row_;
    doubled_quotes_ = false;
  }
  if (state_ == State::after_quote) {
    end_cell(scan_ - 1 - row_);
    row_end_ = end;
    next_ = end_;
    row_open_ = false;
  } else {
    end_row(end, end_);
  }
  return finished_row();
}

/// The row at hand is no row: says why, and makes the line behind it the next one. `at` is the byte where it shows.
CsvScanner::Step CsvScanner::fail(CsvScanProblem::Kind kind, std::size_t at, std::size_t column) {
  using Kind = CsvScanProblem::Kind;
  const bool by_quote = kind == Kind::quote_never_closed || kind == Kind::text_after_quote;
  const std::size_t from = by_quote ? row_ + quote_ : at;
  const auto newlines = std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(row_),
                                   buffer_.begin() + static_cast<std::ptrdiff_t>(from), '\n');
  problem_.kind = kind;
  problem_.line = line_ + static_cast<std::uint64_t>(newlines);
  problem_.column = column;
  const std::size_t to = kind == Kind::text_after_quote ? at + 1 : end_;  // what follows may not have been read yet
  problem_.found = buffer_.substr(from, std::min(kFoundBytes, to - from));
  if (kind == Kind::line_too_long && row_open_) {
    skip_rest_of_line(line_ + 1);
  } else if (by_quote) {
    next_ = buffer_.find('\n', from) + 1;
    next_line_ = problem_.line + 1;
    row_open_ = false;
    if (next_ > end_) {
      row_ = end_;
      skip_rest_of_line(next_line_);
    } else if (nul_ != kNone && nul_ < next_) {
      find_nul(next_);
    }
  }
  return Step::bad;
}

/// What follows from row_ on, up to the line's end that is not at hand yet, is dropped.
void CsvScanner::skip_rest_of_line(std::uint64_t next_line) {
  skipping_line_ = true;
  row_open_ = true;
  next_line_ = next_line;
}

void CsvScanner::mark() {
  mark_ = next_;
  mark_line_ = next_line_;
}

void CsvScanner::rewind() {
  next_ = *mark_;
  next_line_ = mark_line_;
  mark_.reset();
  row_open_ = false;
  skipping_line_ = false;
  find_nul(next_);
}

std::string_view CsvScanner::unquoted(std::string_view text) {
  scratch_.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    scratch_ += text[i];
    if (text[i] == '"') ++i;
  }
  return scratch_;
}

}  // namespace netstray
