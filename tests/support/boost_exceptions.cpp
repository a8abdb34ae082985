// What Boost asks of a program without exceptions.
#include <boost/config.hpp>

#ifdef BOOST_NO_EXCEPTIONS
#include <boost/assert/source_location.hpp>

#include <cstdlib>
#include <exception>

namespace boost {
BOOST_NORETURN void throw_exception(const std::exception& /*e*/) { std::abort(); }
BOOST_NORETURN void throw_exception(const std::exception& /*e*/, const source_location& /*where*/) { std::abort(); }
} // namespace boost
#endif
