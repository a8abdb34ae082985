// The compiler reads the corpus: a reader that looks at one byte too many, or at a value that nobody has set, does not
// compile. The whole of what comes out is compared by corpus_test.cpp; here it is whether it is read, and the error.
#include "../support/corpus_settings.hpp"

#include <bitswire/bitswire.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

using namespace bitswire;

namespace {

struct corpus_text {
    std::string_view where; ///< file:line
    std::string_view with;
    std::string_view bytes;
    std::string_view expected;
};

#include "corpus_texts.inc"

/// Bytes with nothing behind them, not even the zero of a literal.
class exact_bytes {
  public:
    constexpr explicit exact_bytes(std::string_view bytes) : begin_(new char[bytes.size()]), size_(bytes.size()) {
        for (std::size_t i = 0; i < size_; ++i)
            begin_[i] = bytes[i];
    }
    exact_bytes(const exact_bytes&) = delete;
    exact_bytes& operator=(const exact_bytes&) = delete;
    constexpr ~exact_bytes() { delete[] begin_; }
    [[nodiscard]] constexpr std::string_view view() const { return {begin_, size_}; }

  private:
    char* begin_;
    std::size_t size_;
};

template <class Packet>
constexpr bool is_read_as_expected(const corpus_text& c) {
    using settings = typename detail::packet_traits<Packet>::settings;
    message_parser<Packet> parser(*corpus_settings<settings>(c.with));
    // In two parts, at two addresses: the second call goes on where the first one stopped.
    const exact_bytes part(c.bytes.substr(0, c.bytes.size() / 2));
    const exact_bytes all(c.bytes);
    parsed<Packet> r = parser.parse(part.view());
    if (r.state == outcome::need_more) r = parser.parse(all.view());
    if (c.expected == "need_more") return r.state == outcome::need_more;
    if (!c.expected.starts_with("bad ")) return r.is_complete() && r.consumed == c.bytes.size();
    const std::string_view code = c.expected.substr(4, c.expected.find(' ', 4) - 4);
    return r.is_bad() && name_of(r.problem.code) == code;
}

/// One constant expression for each case: compilers bound the steps of one, and name the one that fails.
template <class Packet, const auto& Cases, std::size_t N>
struct corpus_case_holds {
    static_assert(is_read_as_expected<Packet>(Cases[N]));
    static constexpr std::size_t count = 1;
};

template <class Packet, const auto& Cases, std::size_t... N>
consteval std::size_t count_cases(std::index_sequence<N...> /*cases*/) {
    return (corpus_case_holds<Packet, Cases, N>::count + ...);
}
template <class Packet, const auto& Cases>
inline constexpr std::size_t cases_read = count_cases<Packet, Cases>(std::make_index_sequence<Cases.size()>{});

static_assert(cases_read<upload_request, upload_requests> > 100);
static_assert(cases_read<ack, acks> > 50);
static_assert(cases_read<notification_request, notification_requests> > 10);
static_assert(cases_read<notification_response, notification_responses> > 10);

} // namespace
