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

    /// <param name="arguments">Its command line.</param>
    /// <param name="piped">Whether its input and output are ours.</param>
    /// <param name="program">Another build of this program; null for this one.</param>
    /// <param name="variables">What is set in its environment; null for nothing.</param>
    public static Process Start(IEnumerable<string> arguments, bool piped, string? program = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program ?? Environment.ProcessPath!) { RedirectStandardInput = piped, RedirectStandardOutput = piped };

        // Under `dotnet X.dll` the process is the host and wants the program first.
        if (program is null && Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "SecureStreams.Benchmarks.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"'{start.FileName}' does not start."));
    }
}
