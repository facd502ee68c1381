// A tour through the standard library: containers, algorithms, random numbers, regular expressions.
// stinkarm-test: build=thumb-O1 oracle=qemu timeout=60
#include <algorithm>
#include <bitset>
#include <chrono>
#include <complex>
#include <deque>
#include <functional>
#include <iostream>
#include <list>
#include <memory>
#include <numeric>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <unordered_map>
#include <valarray>
#include <variant>

int main()
{
    std::mt19937 gen(12345);
    std::mt19937_64 gen64(6789);
    std::normal_distribution<double> normal(10, 3);
    std::uniform_int_distribution<int> uniform(0, 999);
    std::vector<double> v(2000);
    std::generate(v.begin(), v.end(), [&] { return normal(gen); });
    std::cout.precision(12);
    std::cout << std::accumulate(v.begin(), v.end(), 0.0) << ' ' << gen64() << '\n';
    std::sort(v.begin(), v.end());
    std::nth_element(v.begin(), v.begin() + 700, v.end(), std::greater<>());
    std::cout << v[700] << ' ' << *std::max_element(v.begin(), v.end()) << '\n';
    std::unordered_map<std::string, int> counts;
    for (int i = 0; i < 3000; i++)
        counts[std::to_string(uniform(gen) % 97)]++;
    std::set<std::pair<int, std::string>> by_count;
    for (const auto &[k, n] : counts)
        by_count.insert({n, k});
    std::cout << by_count.size() << ' ' << by_count.rbegin()->first << ' ' << by_count.rbegin()->second
              << '\n';
    std::deque<int> d(100);
    std::iota(d.begin(), d.end(), 1);
    std::rotate(d.begin(), d.begin() + 33, d.end());
    std::shuffle(d.begin(), d.end(), gen);
    std::stable_partition(d.begin(), d.end(), [](int x) { return x % 3 == 0; });
    for (int x : d)
        std::cout << x << ' ';
    std::cout << '\n';
    std::list<std::string> words{"delta", "alpha", "charlie", "bravo"};
    words.sort();
    words.reverse();
    for (const auto &w : words)
        std::cout << w << ' ';
    std::cout << '\n';
    const std::regex re("([a-z]+)([0-9]+)(?:\\.([0-9]+))?");
    const std::string text = "abc12.5 x7 nothing q99.001";
    for (std::sregex_iterator i(text.begin(), text.end(), re), end; i != end; ++i)
        std::cout << (*i)[0] << '(' << (*i)[1] << ',' << (*i)[2] << ',' << (*i)[3] << ") ";
    std::cout << std::regex_replace(text, re, "$2-$1") << '\n';
    const std::complex<double> c = std::pow(std::complex<double>(1, 2), std::complex<double>(0.5, -1));
    std::cout << c << ' ' << std::abs(c) << ' ' << std::arg(c) << ' ' << std::exp(c) << '\n';
    const std::valarray<float> a{1, 2, 3, 4}, b{4, 3, 2, 1};
    const std::valarray<float> r = std::sqrt(a * b) + std::sin(a);
    for (float x : r)
        std::cout << x << ' ';
    std::cout << std::bitset<40>(0x123456789aull) << '\n';
    struct node {
        std::shared_ptr<node> next;
        int v;
    };
    std::shared_ptr<node> head;
    for (int i = 0; i < 1000; i++)
        head = std::make_shared<node>(node{head, i});
    long sum = 0;
    for (auto p = head; p; p = p->next)
        sum += p->v * (p.use_count() & 3);
    std::cout << sum << '\n';
    std::vector<std::variant<int, double, std::string>> vs{1, 2.5, "three"};
    for (const auto &x : vs)
        std::visit([](const auto &y) { std::cout << y << ';'; }, x);
    std::function<int(int)> fact = [&](int n) { return n < 2 ? 1 : n * fact(n - 1); };
    std::cout << fact(10) << ' ' << std::gcd(123456, 7890) << ' ' << std::stod("0x1.8p3") << '\n';
    const auto t0 = std::chrono::steady_clock::now();
    std::cout << (std::chrono::steady_clock::now() >= t0) << std::endl;
}
