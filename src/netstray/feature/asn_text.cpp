// Reads ranges of addresses and their owners from lines of text.

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "netstray/base/error.h"
#include "netstray/base/text.h"
#include "netstray/feature/asn_table.h"
#include "netstray/table/line_scanner.h"

namespace netstray {
namespace {

constexpr std::size_t kCells = 5;
constexpr std::string_view kNoCountry = "None";  // what a gap has
using Cells = std::array<std::string_view, kCells>;

class AsnTextReader {
 public:
  explicit AsnTextReader(std::unique_ptr<ByteSource> source)
      : name_(source->name()), lines_(std::move(source), kBlockBytes) {}

  AsnTable read() {
    for (;;) {
      const auto step = lines_.next(true);
      if (step == LineScanner::Step::end) break;
      if (step == LineScanner::Step::too_long) fail("the line is too long");
      if (!lines_.text().empty()) add(lines_.text());
    }
    if (ranges_.size() == 0) throw Error(fmt::format("{}: there are no ranges of addresses in it", name_));
    return {name_, std::move(ranges_)};
  }

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 18;

  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("{}:{}: {}", name_, lines_.line(), why));
  }

  void add(std::string_view line) {
    const Cells cells = split_line(line);
    const auto owner = ranges_.owner(line.substr(static_cast<std::size_t>(cells[2].data() - line.data())),
                                     [&] { return make_owner(cells); });
    const IpAddress first = address(cells[0], "first address");
    const IpAddress last = address(cells[1], "last address");
    if (first.v6 != last.v6) fail("the first address is of another family than the last one");
    if (last < first) fail(fmt::format("the range ends before it begins: {} to {}", cells[0], cells[1]));
    if (ranges_.size() == AsnRanges::kMostRanges) fail(fmt::format("over {} ranges", grouped(AsnRanges::kMostRanges)));
    const auto number = static_cast<std::uint32_t>(lines_.line());
    if (first.v6) {
      ranges_.v6.push_back({v6_number(first), v6_number(last), owner, number});
    } else {
      ranges_.v4.push_back({v4_number(first), v4_number(last), owner, number});
    }
  }

  Cells split_line(std::string_view line) const {
    Cells cells;
    const auto tabs = static_cast<std::size_t>(std::ranges::count(line, '\t'));
    if (tabs + 1 != kCells) {
      fail(
          fmt::format("found {} cells, expected 5 with tabs between them: first address, last address, AS number, "
                      "country code, organisation",
                      tabs + 1));
    }
    for (auto& cell : cells) {
      const std::size_t size = std::min(line.find('\t'), line.size());
      cell = line.substr(0, size);
      line.remove_prefix(std::min(size + 1, line.size()));
    }
    return cells;
  }

  AsnOwner make_owner(const Cells& cells) const {
    const auto asn = parse_integer(cells[2]);
    if (!asn || *asn < 0 || *asn > std::numeric_limits<std::uint32_t>::max()) {
      fail(fmt::format("AS number: found {}, expected a number from 0 to 4294967295", quoted(cells[2])));
    }
    const std::string_view country = cells[3] == kNoCountry ? "" : cells[3];
    return {static_cast<std::uint32_t>(*asn), std::string(country), std::string(cells[4])};
  }

  IpAddress address(std::string_view text, std::string_view what) const {
    if (const auto number = parse_integer(text)) {
      if (*number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max()) return v4_address(*number);
    } else if (const auto found = parse_address(text)) {
      return *found;
    }
    fail(fmt::format("{}: found {}, expected an IPv4 address (dotted or as a number) or an IPv6 address", what,
                     quoted(text)));
  }

  static IpAddress v4_address(std::int64_t number) noexcept {
    IpAddress address;
    for (unsigned i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
    return address;
  }

  std::string name_;
  LineScanner lines_;
  AsnRanges ranges_;
};

}  // namespace

AsnTable read_asn_text(std::unique_ptr<ByteSource> source) { return AsnTextReader(std::move(source)).read(); }

}  // namespace netstray
