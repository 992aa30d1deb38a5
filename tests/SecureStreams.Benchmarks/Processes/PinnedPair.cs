using System.Diagnostics;
using System.Globalization;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>Starts the server and the measuring process, both on CPU 0 from their first instruction, and waits for the latter.</summary>
internal static class PinnedPair
{
    public static int Run(string[] args, BenchOptions options)
    {
        // Children inherit the affinity of the thread that starts them, and so size their thread pools and collectors for one processor. Setting it
        // later would miss threads that exist already.
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            using var self = Process.GetCurrentProcess();
            self.ProcessorAffinity = 1;
        }
        else
        {
            Console.WriteLine("This system cannot pin processes: the figures are not of one core.");
        }

        using var server = Start(["server"], piped: true);
        try
        {
            var ports = server.StandardOutput.ReadLine()?.Split(' ');
            if (ports is not [var http1, var http2])
            {
                Console.Error.WriteLine("The server did not start.");
                return 1;
            }

            using var client = Start([.. args, "--port", options.Http2 ? http2 : http1], piped: false);
            client.WaitForExit();
            return client.ExitCode;
        }
        finally
        {
            server.StandardInput.Close();
            if (!server.WaitForExit(TimeSpan.FromSeconds(5)))
                server.Kill();
        }
    }

    private static Process Start(IEnumerable<string> arguments, bool piped)
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
