void spin(unsigned n);

int main(void)
{
    for (int i = 0; i < 20000; i++)
        spin(20000);
    return 0;
}
