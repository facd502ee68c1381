// Two libraries of the same size: -DNAME=one, two.
int NAME(int x)
{
    return x + 1;
}
