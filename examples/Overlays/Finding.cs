namespace Overlays;

/// <summary>What the network turned out to be; the number is the program's exit status.</summary>
internal enum Finding
{
    Internet = 0,
    Portal = 3,
    Nothing = 4,
}
