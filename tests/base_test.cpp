// base/: the scan over message bytes in all its forms, numbers, character classes, lists, results, table look-up.
#include "support/guarded_bytes.hpp"
#include "support/perfect_multiplier.hpp"
#include "support/print.hpp"
#include "support/questions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string>
#include <sys/mman.h>
#include <type_traits>

using namespace bitswire;

namespace {

/// Every question to all of [from, end of `text`), with the text at the edge of readable memory.
void check_scans(const std::string& text) {
    const guarded_bytes bytes(text);
    for_each_question([&](auto question, auto plainly) {
        for (std::size_t from = 0; from <= text.size(); ++from)
            REQUIRE(is_answered_alike(question, plainly, bytes.view(), from));
    });
}

} // namespace

TEST_CASE("scan: every byte value at every place of a block gives the same answer on every path [RFC 9110 5.5]") {
    for (unsigned byte = 0; byte < 256; ++byte) {
        for (std::size_t at = 0; at < 80; at += 7) {
            std::string text(80, 'x');
            text[at] = static_cast<char>(byte);
            check_scans(text);
            const std::string_view view = text;
            const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
            CHECK(find_control(view) == (control ? at : view.size()));
            CHECK(is_visible(view) == (byte > 0x20 && byte < 0x7f));
            CHECK(is_control(text[at]) == control);
        }
    }
}

TEST_CASE("scan: random mixtures of text, colons and controls give the same answer on every path") {
    std::mt19937 random(1); // NOLINT: a fixed seed, so that a failure can be repeated
    const std::string_view alphabet{"ab:#\t\r\n\x00\x1f\x7f\x80\xff z", 15};
    for (int run = 0; run < 500; ++run) {
        std::string text(random() % 150, 'x');
        for (char& c : text) {
            if (random() % 4 == 0) c = alphabet[random() % alphabet.size()];
        }
        check_scans(text);
    }
}

TEST_CASE("scan: nothing is nothing") {
    CHECK(find_control({}) == 0);
    CHECK(is_visible({}));
}

TEST_CASE("scan: names compare without letter case, in every length, and no other byte passes for a letter") {
    const std::string lower = "bits-host-id-fallback-timeout123";
    for (std::size_t size = 1; size <= lower.size(); ++size) {
        const folded_name name(lower.substr(0, size));
        for (const std::size_t readable : {size, std::size_t{8}, std::size_t{16}, std::size_t{31}, std::size_t{32}}) {
            if (readable < size) continue;
            std::string text = lower.substr(0, size) + std::string(readable - size, 'Z');
            for (std::size_t at = 0; at < size; ++at) {
                const char original = text[at];
                for (unsigned byte = 0; byte < 256; ++byte) {
                    text[at] = static_cast<char>(byte);
                    const guarded_bytes bytes(text);
                    const bool equal = to_lower(text[at]) == lower[at];
                    REQUIRE(name.begins(bytes.view().data(), readable) == equal);
                    REQUIRE(name.matches(bytes.view().substr(0, size)) == equal);
                }
                text[at] = original;
            }
            CHECK_FALSE(name.matches(std::string_view(text).substr(0, size - 1)));
            CHECK_FALSE(name.begins(text.data(), size - 1));
        }
    }
}

TEST_CASE("scan: what ends a name is compared as it is") {
    const folded_name start("Host", ": ");
    CHECK(start.size() == 6);
    CHECK(start.begins("hOST: x", 7));
    CHECK_FALSE(start.begins("Host\x1a x", 7));
    CHECK_FALSE(start.begins("Host:\t", 6));
}

TEST_CASE("scan: a name is folded when it is made, and is as long as it was") {
    for (const std::string_view spelling : {"BITS-Session-Id", "bits-session-id", "Bits-SESSION-iD"}) {
        const folded_name name{std::string(spelling)};
        CHECK(name.view() == "bits-session-id");
        CHECK(name.size() == 15);
    }
    CHECK(folded_name{std::string("@AZ[-`az{-09")}.view() == "@az[-`az{-09");
}

TEST_CASE("inline text: one that is too long is refused whole, and changes nothing") {
    inline_text<5> text;
    CHECK(text.empty());
    CHECK(text.assign("abc"));
    CHECK_FALSE(text.assign("abcdef"));
    CHECK(text.view() == "abc");
    CHECK_FALSE(text.append("def"));
    CHECK(text.view() == "abc");
    CHECK(text.append("de"));
    CHECK(text.view() == "abcde");
    CHECK(text.append(""));
    CHECK_FALSE(text.append("f"));
    inline_text<5> other;
    CHECK(other.assign("abcde"));
    CHECK(other == text);
    CHECK(other.assign("abcd")); // what is behind the end does not count
    CHECK_FALSE(other == text);
    other.clear();
    CHECK(other.empty());
    CHECK(other.assign(""));
}

#if SIZE_MAX > UINT32_MAX
TEST_CASE("text arena: of more memory than 32 bits can count, no more is used") {
    constexpr std::size_t size = std::size_t{UINT32_MAX} + 2;
    void* const all = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    REQUIRE(all != MAP_FAILED);
    const std::span<char> memory(static_cast<char*>(all), size);
    CHECK(text_arena(memory).room() == UINT32_MAX);
    CHECK(text_arena(memory.first(UINT32_MAX - 1)).room() == UINT32_MAX - 1);
    std::array<char, 3> small{};
    text_arena arena(small);
    const text_slot slot = arena.append("abc");
    CHECK(arena.room() == 0);
    CHECK(arena.move_to(memory));
    CHECK(arena.view(slot) == "abc");
    CHECK(arena.room() == UINT32_MAX - 3);
    CHECK_FALSE(arena.move_to(std::span<char>(small).first(2)));
    CHECK(arena.view(slot) == "abc");
    munmap(all, size);
}
#endif

TEST_CASE("number: decimal is digits and nothing else [RFC 9110 8.6]") {
    CHECK(parse_decimal("0") == number{0, number_status::ok, 0});
    CHECK(parse_decimal("18446744073709551615") == number{UINT64_MAX, number_status::ok, 0});
    CHECK(parse_decimal("000000000000000000000000000000000018") == number{18, number_status::ok, 0});
    CHECK(parse_decimal("18446744073709551616") == number{0, number_status::overflow, 19});
    CHECK(parse_decimal("99999999999999999999999") == number{0, number_status::overflow, 19});
    CHECK(parse_decimal("256", 255) == number{0, number_status::overflow, 0});
    CHECK(parse_decimal("7", 5) == number{0, number_status::overflow, 0});
    for (const std::string_view bad : {"", "+5", "-5", " 5", "5 ", "1_0", "0x5", "5.0", "1e3", "\xb2"}) {
        CAPTURE(bad);
        CHECK(parse_decimal(bad).status == number_status::malformed);
    }
    CHECK(parse_decimal("99999999999999999999999x").status == number_status::malformed);
}

namespace {

/// A decimal number, digit by digit.
number read_plainly(std::string_view text) {
    const auto position = [](std::size_t at) { return static_cast<std::uint32_t>(at); };
    const auto wrong = std::find_if_not(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (text.empty() || wrong != text.end())
        return {0, number_status::malformed, position(static_cast<std::size_t>(wrong - text.begin()))};
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto digit = static_cast<std::uint64_t>(text[at] - '0');
        if (value > UINT64_MAX / 10 || value * 10 > UINT64_MAX - digit)
            return {0, number_status::overflow, position(at)};
        value = value * 10 + digit;
    }
    return {value, number_status::ok, 0};
}

} // namespace

TEST_CASE("number: decimal of any length, and any wrong byte at any place, is read as digit by digit") {
    std::mt19937_64 random(13); // NOLINT: a fixed seed, so that a failure can be repeated
    for (int run = 0; run < 20'000; ++run) {
        std::string digits(random() % 26, '0');
        const std::size_t zeros = digits.empty() || run % 2 == 0 ? 0 : random() % digits.size();
        for (std::size_t at = zeros; at < digits.size(); ++at)
            digits[at] = static_cast<char>('0' + random() % 10);
        REQUIRE(parse_decimal(guarded_bytes(digits).view()) == read_plainly(digits));
        if (digits.empty()) continue;
        constexpr std::string_view odd = "/:-+ \xb0\x80\xff\x00\x0f";
        digits[random() % digits.size()] = odd[random() % odd.size()];
        REQUIRE(parse_decimal(guarded_bytes(digits).view()) == read_plainly(digits));
    }
}

TEST_CASE("number: hexadecimal in either letter case, without a prefix") {
    CHECK(parse_hexadecimal("8020001F") == number{0x8020001F, number_status::ok, 0});
    CHECK(parse_hexadecimal("ffffffffffffffff") == number{UINT64_MAX, number_status::ok, 0});
    CHECK(parse_hexadecimal("10000000000000000").status == number_status::overflow);
    CHECK(parse_hexadecimal("100000000", UINT32_MAX).status == number_status::overflow);
    CHECK(parse_hexadecimal("0x1").status == number_status::malformed);
    CHECK(parse_hexadecimal("1g") == number{0, number_status::malformed, 1});
}

TEST_CASE("number: what is written reads back") {
    for (const std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{10}, std::uint64_t{4892}, UINT64_MAX}) {
        CHECK(parse_decimal(number_text::decimal(value).view()).value == value);
        CHECK(parse_hexadecimal(number_text::hexadecimal(value, 1).view().substr(2)).value == value);
    }
    CHECK(number_text::decimal(0).view() == "0");
    CHECK(number_text::decimal(UINT64_MAX).view() == "18446744073709551615");
    CHECK(number_text::hexadecimal(0x5, 1).view() == "0x5");
    CHECK(number_text::hexadecimal(0, 8).view() == "0x00000000");
    CHECK(number_text::hexadecimal(UINT64_MAX, 16).view() == "0xFFFFFFFFFFFFFFFF");
}

TEST_CASE("ascii: classes and letter case, with bytes beyond ASCII in none of them") {
    for (unsigned i = 0; i < 256; ++i) {
        const char c = static_cast<char>(i);
        const bool digit = i >= '0' && i <= '9';
        const bool letter = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
        CHECK(is(char_class::digit, c) == digit);
        CHECK(is(char_class::alpha, c) == letter);
        CHECK((to_lower(c) != c) == (i >= 'A' && i <= 'Z'));
        CHECK((to_upper(c) != c) == (i >= 'a' && i <= 'z'));
        if (i >= 0x7f || i <= 0x20)
            CHECK_FALSE((is(char_class::token, c) || is(char_class::visible, c) || is(char_class::label, c) ||
                         is(char_class::path, c)));
    }
    for (const char c : std::string_view{"\"(),/:;<=>?@[\\]{}"})
        CHECK_FALSE(is(char_class::token, c)); // RFC 9110 5.6.2
    CHECK(iequals("BITS-Packet-Type", "bits-PACKET-type"));
    CHECK_FALSE(iequals("abc", "abcd"));
    CHECK_FALSE(iequals("[", "{"));
    CHECK(trim_ows(" \t a b\t ") == "a b");
    CHECK(trim_ows(" \t").empty());
}

TEST_CASE("ascii: a set has its characters and no other byte") {
    std::string all(256, '\0');
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = static_cast<char>(i);
    for (std::size_t at = 0; at < all.size(); ++at) {
        const char_set one(std::string_view(all).substr(at, 1));
        for (std::size_t i = 0; i < all.size(); ++i)
            REQUIRE(one.contains(all[i]) == (i == at));
        CHECK(one.find_in(all) == at);
        CHECK(one.find_in(std::string_view(all).substr(0, at)) == at);
    }
}

TEST_CASE("ascii: lists skip empty elements and blanks [RFC 9110 5.6.1]") {
    list_tokens commas(" , a ,, b c ,");
    CHECK(commas.next() == "a");
    CHECK(commas.next() == "b c");
    CHECK(commas.next().empty());
    CHECK(commas.next().empty());
    list_tokens blanks("a b,\tc", list_tokens::separator::comma_or_blank);
    CHECK(blanks.next() == "a");
    CHECK(blanks.next() == "b");
    CHECK(blanks.next() == "c");
    CHECK(blanks.next().empty());
    CHECK(list_tokens("").next().empty());
}

TEST_CASE("result: a value or an error, copied as bytes") {
    const result<int> value = 5;
    const result<int> failure = error{errc::bad_guid, header::protocol, 7};
    CHECK(value.has_value());
    CHECK(*value == 5);
    CHECK_FALSE(failure);
    CHECK(failure.error() == error{errc::bad_guid, header::protocol, 7});
    result<content_range> range{content_range{1, 2, 3}};
    range->offset = 9;
    CHECK(range.value().offset == 9);
    static_assert(std::is_trivially_copyable_v<result<content_range>>);
}

TEST_CASE("enum set: members, unions, intersections, and all there are") {
    using set = enum_set<job_state>;
    CHECK(set{}.bits() == 0);
    CHECK(set{job_state::queued, job_state::suspended}.bits() == 0b1001);
    set united;
    CHECK(united.empty());
    for (std::size_t i = 0; i < enumerator_count<job_state>; ++i) {
        const auto state = static_cast<job_state>(i);
        CHECK_FALSE(united == set::all());
        CHECK_FALSE(united.contains(state));
        CHECK((united & set{state}).empty());
        united = united | set{state};
        CHECK(united.contains(state));
        CHECK((united & set{state}) == set{state});
        CHECK_FALSE(united.empty());
    }
    CHECK(united == set::all());
}

TEST_CASE("hash index: finds what is there, ends on what is not") {
    constexpr std::array<unsigned, 4> rows = {3, 19, 35, 4};
    constexpr auto same = [](unsigned) { return 3U; }; // all rows collide
    constexpr auto index = hash_index<16>::over(rows, same);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(index.find(3, [&](std::size_t n) { return rows[n] == rows[i]; }) == i);
    }
    CHECK(index.find(3, [&](std::size_t n) { return rows[n] == 99; }) == index.npos);
    CHECK(index.find(9, [&](std::size_t) { return true; }) == index.npos);
}

TEST_CASE("perfect index: each row is led to, and what is not there leads to some row") {
    constexpr auto rows = [] {
        std::array<std::uint64_t, 200> keys{};
        std::uint64_t key = 1;
        for (std::uint64_t& k : keys)
            k = key = key * 6364136223846793005U + 1442695040888963407U; // Knuth's MMIX
        return keys;
    }();
    constexpr auto key_of = [](std::uint64_t key) { return key; };
    constexpr auto index = perfect_index<4096>::over(rows, key_of, 0x635B33D3DEAC8379U);
    REQUIRE(perfect_multiplier<4096>(rows, key_of) == index.multiplier());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        CHECK(index.find(rows[i]) == i);
        CHECK(index.find(rows[i] + 1) < rows.size());
    }
}

TEST_CASE("name index: letters in either case, all else byte for byte, nothing longer or shorter") {
    const auto check = [](const auto& index, std::string_view name) {
        const auto is_found = [&](std::string_view text) { return index.find(guarded_bytes(text).view()).is_equal; };
        CHECK(is_found(name));
        for (std::size_t i = 0; i < name.size(); ++i) {
            std::string other(name);
            for (unsigned byte = 0; byte < 256; ++byte) {
                other[i] = static_cast<char>(byte);
                CAPTURE(other);
                CHECK(is_found(other) == iequals(other, name));
            }
            CHECK_FALSE(is_found(name.substr(0, i)));
        }
        for (std::size_t more = 1; more < 80; ++more) {
            CHECK_FALSE(is_found(std::string(name).append(more, '\0')));
            CHECK_FALSE(is_found(std::string(name).append(more, 'X')));
        }
    };
    // Of one name, that it is another one is never seen before the comparison.
    check(name_index<1, 2>({"S_OK"}, 1), "S_OK");
    check(name_index<1, 2>({"S_FALSE"}, 1), "S_FALSE");
    check(name_index<1, 2>({"AZ(09)_Y"}, 1), "AZ(09)_Y");
    check(name_index<1, 2>({"BG_E_EMPTY"}, 1), "BG_E_EMPTY");
    check(name_index<1, 2>({"BG_E_NOT_FOUND_H"}, 1), "BG_E_NOT_FOUND_H");
    check(name_index<1, 2>({"BG_E_HTTP_ERROR_404_AND_LONGER_X"}, 1), "BG_E_HTTP_ERROR_404_AND_LONGER_X");
    check(name_index<1, 2>({"BG_E_HTTP_ERROR_404_AND_LONGER_XY"}, 1), "BG_E_HTTP_ERROR_404_AND_LONGER_XY");
    constexpr std::string_view longest = "HRESULT_FROM_WIN32(ERROR_WINHTTP_CLIENT_AUTH_CERT_NEEDED)ABCDE";
    static_assert(longest.size() == 62);
    check(name_index<1, 2>({longest}, 1), longest);
}

// A template, so that what does not compile is an answer.
template <class A, class B>
constexpr bool do_mix = requires(A a, B b) {
    a < b;
}
|| requires(A a, B b) { a == b; }
|| requires(A a, B b) { elapsed_ms(a, b); }
|| std::is_convertible_v<A, B> || std::is_assignable_v<A&, B>;

TEST_CASE("enum set: all but some are all others, and no more than there are") {
    using set = enum_set<blame>;
    CHECK(all_but(set{blame::peer}) == set{blame::nobody, blame::caller});
    CHECK(all_but(set{blame::nobody, blame::peer, blame::caller}).empty());
}

TEST_CASE("P2: the steady clock and the time of day do not compile in each other's place") {
    static_assert(do_mix<time_point, time_point> && do_mix<wall_time, wall_time>);
    static_assert(!do_mix<time_point, wall_time> && !do_mix<wall_time, time_point>);
    static_assert(!std::is_constructible_v<moment, wall_time, time_point>);
    static_assert(std::is_same_v<decltype(moment::steady), time_point> &&
                  std::is_same_v<decltype(moment::wall), wall_time>);
    CHECK(elapsed_ms(wall_time{5}, wall_time{12}) == 7);
    CHECK(elapsed_ms(wall_time{12}, wall_time{5}) == 0); // the clock went back: it stood still
}
