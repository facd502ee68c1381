#include <atomic>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

int main()
{
    std::map<std::string, int> m;
    for (int i = 0; i < 100; i++)
        m[std::to_string(i % 7)] += i;
    std::vector<std::thread> threads;
    std::atomic<int> n{0};
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] { n += 10; });
    for (auto &t : threads)
        t.join();
    for (auto &p : m)
        std::cout << p.first << '=' << p.second << ' ';
    try {
        throw std::runtime_error("thrown");
    } catch (const std::exception &e) {
        std::cout << e.what() << ' ' << n << '\n';
    }
}
