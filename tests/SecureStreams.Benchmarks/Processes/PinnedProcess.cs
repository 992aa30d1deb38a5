using System.Diagnostics;
using System.Globalization;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>Runs this program again, on CPU 0 from its first instruction.</summary>
internal static class PinnedProcess
{
    /// <summary>
    /// Children inherit the affinity of the thread that starts them, and so size their thread pools and collectors for one processor. Setting it later would miss
    /// threads that exist already.
    /// </summary>
    public static void PinSelf()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 1;
        }
        else
        {
            Console.WriteLine("This system cannot pin processes: the figures are not of one core.");
        }
    }

    public static Process Start(IEnumerable<string> arguments, bool piped)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = piped, RedirectStandardOutput = piped };

        // Under `dotnet X.dll` the process is the host and wants the program first.
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "SecureStreams.Benchmarks.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"'{start.FileName}' does not start."));
    }
}
