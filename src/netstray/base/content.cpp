#include "netstray/base/content.h"

#include <array>

namespace netstray {
namespace {

using namespace std::string_view_literals;

struct Kind {
  std::string_view magic;
  std::string_view what;
};

constexpr std::array kKinds = {
    Kind{"snoop\0\0\0"sv, "a packet capture (snoop); make it a pcap file first (editcap)"},
    Kind{"GMBU"sv, "a packet capture (Network Monitor); make it a pcap file first (editcap)"},
    Kind{"btsnoop\0"sv, "a packet capture (Bluetooth snoop); there are no flows in it"},
    Kind{"PK\x03\x04"sv, "a zip archive (spreadsheets are such, too); unpack it, or save the sheet as CSV"},
    Kind{"\xfd"
         "7zXZ\0"sv,
         "an xz file; unpack it first (xz -d)"},
    Kind{"BZh"sv, "a bzip2 file; unpack it first (bzip2 -d)"},
    Kind{"\x04\x22\x4d\x18"sv, "an lz4 file; unpack it first (lz4 -d)"},
    Kind{"7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive; unpack it first"},
    Kind{"PAR1"sv, "a Parquet file; save it as CSV first"},
    Kind{"ARROW1\0\0"sv, "an Arrow file; save it as CSV first"},
    Kind{"Obj\x01"sv, "an Avro file; save it as CSV first"},
    Kind{"\x89HDF\r\n"sv, "an HDF5 file; save it as CSV first"},
    Kind{"SQLite format 3\0"sv, "an SQLite database; export the table as CSV first"},
    Kind{"%PDF-"sv, "a PDF"},
    Kind{"\x7f"
         "ELF"sv,
         "a program (ELF)"},
    Kind{"<?xml"sv, "XML"},
    Kind{"<!DOCTYPE"sv, "a web page (HTML)"},
    Kind{"<!doctype"sv, "a web page (HTML)"},
    Kind{"<html"sv, "a web page (HTML)"},
};

/// The magic of a tar archive stands behind the name and the attributes of its first file.
constexpr std::size_t kTarMagicAt = 257;
constexpr std::string_view kTarMagic = "ustar";

}  // namespace

std::string_view foreign_content(std::string_view head) noexcept {
  if (head.size() > kTarMagicAt && head.substr(kTarMagicAt).starts_with(kTarMagic)) {
    return "a tar archive; unpack it first (tar -xf)";
  }
  for (const auto& [magic, what] : kKinds) {
    if (head.starts_with(magic)) return what;
  }
  return {};
}

}  // namespace netstray
