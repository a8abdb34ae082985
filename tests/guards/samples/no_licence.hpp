// sample: layer base: has no file header
#ifndef BITSWIRE_X_HPP
#define BITSWIRE_X_HPP
#endif
