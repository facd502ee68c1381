// iostreams: formatting, parsing, files, string streams, manipulators.
// stinkarm-test: build=arm,thumb,armel oracle=qemu stdin="12 3.5 word\nsecond line with spaces\n0x1f 077 true\n"
// stinkarm-test: stderr="to standard error\n"
#include <fstream>
#include <iomanip>
#include <iostream>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>
#include <unistd.h>

int main()
{
    int i;
    double d;
    std::string s, line;
    std::cin >> i >> d >> s;
    std::getline(std::cin >> std::ws, line);
    int hex, oct;
    bool b;
    std::cin >> std::hex >> hex >> std::oct >> oct >> std::boolalpha >> b;
    std::cout << i << '|' << d << '|' << s << '|' << line << '|' << hex << '|' << oct << '|' << b
              << std::endl;
    std::cout << std::setw(12) << std::setfill('*') << std::setprecision(4) << 3.14159265 << '\n'
              << std::scientific << 12345.678 << ' ' << std::fixed << 0.1 + 0.2 << ' ' << std::defaultfloat
              << std::setprecision(17) << 0.1 << '\n'
              << std::hex << std::showbase << 255 << ' ' << std::uppercase << 48879 << std::dec << ' '
              << std::showpos << 5 << '\n';
    std::cout << std::numeric_limits<double>::max() << ' ' << std::numeric_limits<double>::denorm_min() << ' '
              << std::numeric_limits<float>::epsilon() << ' ' << std::numeric_limits<long long>::min() << ' '
              << 1.0L / 3 << '\n';
    std::ostringstream out;
    std::map<std::string, std::vector<int>> m;
    for (int k = 0; k < 50; k++)
        m["key" + std::to_string(k % 7)].push_back(k * k);
    for (const auto &[key, values] : m) {
        out << key << ':';
        for (int v : values)
            out << ' ' << v;
        out << '\n';
    }
    std::cout << std::noshowbase << out.str();
    const std::string name = "cxx_streams." + std::to_string(getpid());
    {
        std::ofstream f(name);
        for (int k = 0; k < 1000; k++)
            f << k << ' ' << k / 3.0 << '\n';
    }
    std::ifstream f(name);
    double sum = 0, v;
    int n, count = 0;
    while (f >> n >> v)
        sum += v, count++;
    std::cout << count << ' ' << std::setprecision(10) << sum << ' ' << f.eof() << '\n';
    f.clear();
    f.seekg(-20, std::ios::end);
    std::string tail((std::istreambuf_iterator<char>(f)), {});
    std::cout << '[' << tail << "]\n";
    std::remove(name.c_str());
    std::istringstream bad("12x");
    int x = 0, y = 0;
    bad >> x >> y;
    std::cout << x << ' ' << bad.fail() << std::endl;
    std::cerr << "to standard error" << std::endl;
}
