using System.Diagnostics;
using System.Globalization;

namespace SecureStreams.Tool.Tests;

/// <summary>Signals as a shell sends them.</summary>
internal static class Signals
{
    public static async Task SendAsync(Tool tool, string signal)
    {
        using var kill = Process.Start("kill", ["-" + signal, tool.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }
}
