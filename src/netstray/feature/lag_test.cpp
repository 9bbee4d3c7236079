#include "netstray/feature/lag.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "netstray/base/error.h"
#include "netstray/base/rng.h"

namespace netstray {
namespace {

/// Events of users: when, who, to which port, to which country. An empty text and a negative number are missing.
struct Event {
  std::int64_t time;
  std::string user;
  int port;
  std::string country;
};

void append_text(Column& column, const std::string& text) {
  if (text.empty()) {
    column.append_missing();
  } else {
    column.append_text(text);
  }
}

Table table_of(const std::vector<Event>& events) {
  Table table(Schema({{"time", ColumnType::time},
                      {"user", ColumnType::category},
                      {"dst_port", ColumnType::integer},
                      {"country", ColumnType::category}}));
  for (const auto& event : events) {
    table.column(0).append_time(event.time);
    append_text(table.column(1), event.user);
    if (event.port < 0) {
      table.column(2).append_missing();
    } else {
      table.column(2).append_decimal(event.port, 0);
    }
    append_text(table.column(3), event.country);
  }
  return table;
}

LagSettings by_user(unsigned events) {
  return {.columns = {"dst_port", "country"}, .events = events, .entity = "user", .time = "", .ignore_entities = false};
}

std::vector<std::string> texts(const Table& table, std::string_view column) {
  std::vector<std::string> found;
  found.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) found.push_back(table.column(column).text(row));
  return found;
}

using Texts = std::vector<std::string>;

const std::vector<Event> kTwoUsers = {{1, "b", 1, "PT"}, {2, "a", 10, "ES"}, {3, "b", 2, ""},   {4, "a", -1, "US"},
                                      {5, "b", 3, "PT"}, {6, "b", 4, "FR"},  {7, "a", 30, "ES"}};

TEST(Lag, PutsEachUsersEarlierEventsBesideTheLaterOnes) {
  const auto lagged = lag(table_of(kTwoUsers), by_user(2));
  const auto& table = lagged.table;
  EXPECT_EQ(table.schema().names(), (Texts{"time", "user", "dst_port", "country", "prev_1_dst_port", "prev_1_country",
                                           "prev_2_dst_port", "prev_2_country"}));
  EXPECT_EQ(texts(table, "user"), (Texts{"b", "b", "a"}));
  EXPECT_EQ(texts(table, "dst_port"), (Texts{"3", "4", "30"}));
  EXPECT_EQ(texts(table, "prev_1_dst_port"), (Texts{"2", "3", ""}));
  EXPECT_EQ(texts(table, "prev_2_dst_port"), (Texts{"1", "2", "10"}));
  EXPECT_EQ(texts(table, "prev_1_country"), (Texts{"", "PT", "US"}));
  EXPECT_EQ(texts(table, "prev_2_country"), (Texts{"PT", "", "ES"}));
  EXPECT_EQ(lagged.source_row, (std::vector<std::uint32_t>{4, 5, 6}));
  EXPECT_EQ(lagged.counts, (LagCounts{.entities = 2, .dropped = 4, .crossing = 0}));
}

TEST(Lag, RefusesWhatWouldNotFitIntoMemory) {
  const Table table = table_of(kTwoUsers);
  EXPECT_EQ(lag(table, by_user(2), 10'000).table.rows(), 3U);
  EXPECT_THROW(lag(table, by_user(2), 50), Error);
}

TEST(Lag, MakesElevenColumnsOfThreeWithFourEvents) {
  Table table(
      Schema({{"user", ColumnType::integer}, {"dst_port", ColumnType::integer}, {"country", ColumnType::integer}}));
  for (int i = 0; i < 5; ++i) {
    for (std::size_t column = 0; column < 3; ++column) table.column(column).append_decimal(column == 0 ? 0 : i, 0);
  }
  const auto lagged = lag(table, by_user(4));
  EXPECT_EQ(lagged.table.columns(), 11U);
  EXPECT_EQ(lagged.table.rows(), 1U);
}

TEST(Lag, AcrossEntitiesIsCounted) {
  auto settings = by_user(1);
  settings.ignore_entities = true;
  const auto lagged = lag(table_of(kTwoUsers), settings);
  EXPECT_EQ(texts(lagged.table, "prev_1_dst_port"), (Texts{"1", "10", "2", "", "3", "4"}));
  EXPECT_EQ(lagged.counts, (LagCounts{.entities = 2, .dropped = 1, .crossing = 5}));
}

TEST(Lag, OrdersEventsByTimeWhereAsked) {
  auto events = kTwoUsers;
  std::ranges::reverse(events);
  auto settings = by_user(2);
  settings.time = "time";
  const auto lagged = lag(table_of(events), settings);
  EXPECT_EQ(texts(lagged.table, "dst_port"), (Texts{"30", "3", "4"})) << "a was seen first, now";
  EXPECT_EQ(texts(lagged.table, "prev_2_dst_port"), (Texts{"10", "1", "2"}));
}

TEST(Lag, RefusesWhatItCannotDo) {
  const auto table = table_of(kTwoUsers);
  const auto refused = [&](const auto& change) {
    auto settings = by_user(2);
    change(settings);
    EXPECT_THROW(lag(table, settings), Error);
  };
  refused([](LagSettings& settings) { settings.events = 0; });
  refused([](LagSettings& settings) { settings.events = 1001; });
  refused([](LagSettings& settings) { settings.columns = {}; });
  refused([](LagSettings& settings) { settings.columns = {"country", "country"}; });
  refused([](LagSettings& settings) { settings.columns = {"dst_prot"}; });
  refused([](LagSettings& settings) { settings.entity = "nobody"; });
  refused([](LagSettings& settings) { settings.time = "country"; });
  refused([](LagSettings& settings) { settings.time = "dst_port"; });
  refused([](LagSettings& settings) {
    settings.entity = "";
    settings.ignore_entities = true;
  });
  EXPECT_THROW(lag(lag(table, by_user(1)).table, by_user(1)), Error) << "names that are taken";
}

/// Entity by entity, as the notebook: all of its rows in a list, each with those before it.
Texts lag_naively(const std::vector<Event>& events, unsigned count) {
  Texts users;
  for (const auto& event : events) {
    if (std::ranges::find(users, event.user) == users.end()) users.push_back(event.user);
  }
  Texts rows;
  for (const auto& user : users) {
    std::vector<Event> own;
    std::ranges::copy_if(events, std::back_inserter(own), [&](const Event& event) { return event.user == user; });
    for (std::size_t i = count; i < own.size(); ++i) {
      std::string row;
      for (std::size_t back = 0; back <= count; ++back) {
        const auto& event = own[i - back];
        row += (event.port < 0 ? "" : std::to_string(event.port)) + "," + event.country + ";";
      }
      rows.push_back(row);
    }
  }
  return rows;
}

TEST(Lag, AgreesWithListsOfEachUsersEvents) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng(seed);
    std::vector<Event> events;
    for (std::uint64_t i = rng.below(60); i > 0; --i) {
      events.push_back({0, rng.below(8) == 0 ? "" : "u" + std::to_string(rng.below(5)),
                        static_cast<int>(rng.below(400)) - 20,
                        rng.below(6) == 0 ? "" : "c" + std::to_string(rng.below(9))});
    }
    const auto count = static_cast<unsigned>(1 + rng.below(4));
    const auto lagged = lag(table_of(events), by_user(count));
    Texts rows;
    for (std::size_t row = 0; row < lagged.table.rows(); ++row) {
      std::string text;
      for (std::size_t column = 2; column < lagged.table.columns(); column += 2) {
        text += lagged.table.column(column).text(row) + "," + lagged.table.column(column + 1).text(row) + ";";
      }
      rows.push_back(text);
    }
    EXPECT_EQ(rows, lag_naively(events, count)) << "seed " << seed;
    EXPECT_EQ(lagged.counts.dropped + rows.size(), events.size()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace netstray
