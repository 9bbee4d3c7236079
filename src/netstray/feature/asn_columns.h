#pragma once

#include <cstdint>
#include <string_view>

#include "netstray/feature/asn_table.h"
#include "netstray/table/table.h"

namespace netstray {

struct LocatedRows {
  Table table;
  std::uint64_t unknown = 0;  ///< rows whose address is missing, is no Internet address, or has no owner
};

/// The table with columns behind its own that tell whose the addresses in one of its columns are: PREFIXasn (integer; a
/// name, not an amount), PREFIXorganisation, and PREFIXcountry (code of two letters), as far as `owners` has them;
/// missing in the rows counted as unknown. Throws Error (usage) where the column is absent or holds no texts, or one of
/// the names is taken. Each different address is looked up once.
LocatedRows locate(const Table& table, std::string_view address_column, const AsnTable& owners,
                   std::string_view prefix = "");

}  // namespace netstray
