// Macros that other people's headers define, of names that a library could have, too. Whoever includes such a header
// first must still be able to include this library: no identifier in include/ may be one of them.
#pragma once

// What the standard library needs itself comes before.
#include <array>
#include <bit>
#include <cassert>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Qt
#define signals public
#define slots
#define emit
#define foreach for
#define forever for (;;)
// <complex.h>
#define I _Complex_I
#define complex _Complex
#define imaginary _Imaginary
// macOS: AssertMacros.h
#define check(assertion) assert(assertion)
#define verify(assertion) assert(assertion)
#define require(assertion, label) assert(assertion)
// termios.h
#define B0 0
#define B50 1
#define ECHO 8
#define CR0 0
#define NL0 0
#define TAB0 0
// windows.h and what it includes
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define small char
#define near
#define far
#define interface struct
#define ERROR 0
#define NO_ERROR 0L
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define DELETE 0x00010000L
#define TRUE 1
#define FALSE 0
#define S_OK 0L
#define E_INVALIDARG 0x80070057L
#define BG_E_EMPTY 0x80200003L
#define MAX_PATH 260
#define TEXT(quote) L##quote
// X11
#define None 0L
#define Bool int
#define Status int
#define True 1
#define False 0
#define Success 0
#define Always 2
// g++ without -std=c++20, but with -std=gnu++20
#undef linux
#define linux 1
#undef unix
#define unix 1
// sys/sysmacros.h, Arduino, gettext
#define major(dev) ((dev) >> 8)
#define minor(dev) ((dev)&0xff)
#define bit(b) (1UL << (b))
#define word(...) makeWord(__VA_ARGS__)
#define PI 3.14
#define HIGH 1
#define LOW 0
#define INPUT 0
#define OUTPUT 1
#define DEFAULT 1
#define F(text) text
#define _(text) text
