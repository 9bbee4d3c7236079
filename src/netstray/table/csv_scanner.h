#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "netstray/base/byte_source.h"

namespace netstray {

/// Why a piece of CSV is no row, as far as bytes alone can tell.
struct CsvScanProblem {
  enum class Kind { nul_byte, quote_never_closed, text_after_quote, line_too_long };
  Kind kind = Kind::nul_byte;
  std::uint64_t line = 0;  ///< from 1, where it went wrong
  std::size_t column = 0;  ///< the cell's number, from 1
  std::string found;       ///< the bytes there, cut short
};

/// Finds rows and cells in a stream of bytes, block by block (RFC 4180 quotes; a line ends with LF or CRLF). Never
/// looks at what a cell means. Memory: one block and one row, which is at most 16 MiB.
class CsvScanner {
 public:
  static constexpr std::size_t kLongestRow = std::size_t{16} << 20;
  static constexpr std::size_t kMostCells = 100'000;

  explicit CsvScanner(std::unique_ptr<ByteSource> source, std::size_t block_bytes);
  /// Goes on within whole rows that take_rows of `before` gave out; `first_line` is the number of their first line.
  CsvScanner(const CsvScanner& before, std::string rows, std::uint64_t first_line);

  /// Takes the first block (a pipe: until it holds a line), skips a byte order mark, and gives what there is of the
  /// first row. Call it once, first. Throws Error for an empty file and for what is no text.
  std::string_view first_line();
  void set_delimiter(char delimiter) noexcept;
  char delimiter() const noexcept { return delimiter_; }
  /// Only so many cells of a row are kept; the rest is counted.
  void keep_cells(std::size_t count) { most_kept_ = count; }

  /// dry: no whole row is at hand, and reading was not allowed. bad: see problem(); the next call goes on with the line
  /// behind the bad one (behind the line where the quote stands, where a quote is the problem).
  enum class Step { row, bad, dry, end };
  Step next(bool may_read);

  /// Takes the next rows out of the stream as they are: whole ones, about `bytes` of them at most, with nothing wrong
  /// about their quotes and no NUL byte, followed by kTextPadding further bytes. Returns how many bytes the rows are; 0
  /// where such rows do not come next (next() goes on there). An Error of the source waits until the rows before it
  /// are taken. Call advance_lines afterwards.
  std::size_t take_rows(std::string& rows, std::size_t bytes);
  /// Tells how many lines were taken.
  void advance_lines(std::uint64_t count) noexcept { next_line_ += count; }
  std::uint64_t next_line() const noexcept { return next_line_; }

  /// The row at hand, valid until the next call of next().
  std::size_t cells() const noexcept { return cell_count_; }
  std::size_t kept_cells() const noexcept { return cell_count_ < most_kept_ ? cell_count_ : most_kept_; }
  bool blank() const noexcept { return row_end_ == row_; }
  /// The cell's text, quotes resolved. A cell with doubled quotes is valid until the next call of cell().
  std::string_view cell(std::size_t index) {
    const Cell& cell = cells_[index];
    const std::string_view text(&buffer_[row_ + cell.begin], cell.end - cell.begin);
    return cell.doubled_quotes ? unquoted(text) : text;
  }
  /// The row as it stands in the file, without line end.
  std::string_view text() const noexcept { return {&buffer_[row_], row_end_ - row_}; }
  /// The number of the row's first line, from 1.
  std::uint64_t line() const noexcept { return line_; }

  const CsvScanProblem& problem() const noexcept { return problem_; }

  /// Everything from the row after the one at hand is kept, so that rewind() can go back to there and let go of it.
  void mark();
  void rewind();
  std::size_t bytes_since_mark() const noexcept { return next_ - *mark_; }

  const ByteSource& source() const noexcept { return *source_; }

 private:
  struct Cell {
    std::uint32_t begin;
    std::uint32_t end;
    bool doubled_quotes;
  };
  enum class State { cell_start, plain, quoted, after_quote };

  void begin_row();
  bool find_row_end();
  bool scan_plain();
  bool open_quote();
  bool scan_quoted();
  std::optional<bool> scan_after_quote();
  void end_cell(std::size_t end) {
    if (cell_count_ < cells_.size()) {
      cells_[cell_count_] = {static_cast<std::uint32_t>(cell_begin_), static_cast<std::uint32_t>(end), doubled_quotes_};
    } else {
      end_further_cell(end);
    }
    ++cell_count_;
  }
  void end_further_cell(std::size_t end);
  void end_row(std::size_t end, std::size_t next);
  Step finished_row();
  Step last_row();
  void skip_rest_of_line(std::uint64_t next_line);
  bool drop_line();
  Step fail(CsvScanProblem::Kind kind, std::size_t at, std::size_t column);
  void find_nul(std::size_t from);
  void fill();
  void fill_for_rows();
  void check_text() const;
  std::string_view unquoted(std::string_view text);

  std::unique_ptr<ByteSource> source_;
  std::size_t block_bytes_;
  char delimiter_ = ',';

  std::string buffer_;  // bytes [0, end_) are filled; buffer_[end_] is a line end, to stop the search
  std::size_t end_ = 0;
  std::size_t row_ = 0;  // the row at hand: [row_, row_end_)
  std::size_t row_end_ = 0;
  std::size_t next_ = 0;  // where the next row begins
  std::size_t scan_ = 0;  // how far the row at hand was looked at
  std::size_t nul_ = 0;   // the first NUL byte, or npos
  std::uint64_t line_ = 0;
  std::uint64_t next_line_ = 1;
  std::optional<std::size_t> mark_;
  std::uint64_t mark_line_ = 0;

  State state_ = State::cell_start;
  bool row_open_ = false;  // begun, end not found yet
  bool row_has_quotes_ = false;
  bool skipping_line_ = false;
  bool at_end_ = false;  // the source has no more
  bool doubled_quotes_ = false;
  std::size_t cell_begin_ = 0;  // from row_
  std::size_t quote_ = 0;       // where the cell's opening quote stands, from row_
  std::vector<Cell> cells_;
  std::size_t most_kept_ = kMostCells;
  std::size_t cell_count_ = 0;
  CsvScanProblem problem_;
  std::string scratch_;
  std::exception_ptr failure_;  // of the source, told once what came before it is taken
};

}  // namespace netstray
