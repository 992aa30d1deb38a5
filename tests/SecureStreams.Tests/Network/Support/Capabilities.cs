using System.Runtime.InteropServices;

namespace SecureStreams.Tests.Network.Support;

/// <summary>capset(2). Rights belong to threads: only ever the calling one gives them up, so make it one that ends soon.</summary>
internal static class Capabilities
{
    private const uint Version3 = 0x20080522;

    public static void GiveUp()
    {
        uint[] header = [Version3, 0];
        var none = new uint[6];
        if (SetCapabilities(header, none) != 0)
            throw new InvalidOperationException($"capset failed: {Marshal.GetLastPInvokeError()}");
    }

    [DllImport("libc", EntryPoint = "capset", SetLastError = true)]
    private static extern int SetCapabilities(uint[] header, uint[] data);
}
