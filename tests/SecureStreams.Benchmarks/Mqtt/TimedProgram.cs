using System.Diagnostics;
using System.Globalization;

namespace SecureStreams.Benchmarks.Mqtt;

/// <summary>A program whose processor time is known when it has ended.</summary>
internal static class TimedProgram
{
    // The shell reads it from the kernel when it takes the program's exit status; to the millisecond.
    private const string Script = "TIMEFORMAT='%3U %3S'; time \"$@\"";

    /// <summary>Runs it to its end.</summary>
    /// <param name="input">The file that is its standard input; null for none.</param>
    /// <param name="command">Program and arguments.</param>
    /// <returns>Its processor time.</returns>
    public static async Task<TimeSpan> RunAsync(string? input, params string[] command)
    {
        string[] arguments = ["-c", $"exec < \"$0\" > /dev/null; {Script}", input ?? "/dev/null", .. command];
        using var process = Process.Start(new ProcessStartInfo("/bin/bash", arguments) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        var words = errors.Trim().Split(' ');
        if (process.ExitCode != 0 || words is not [var user, var system])
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}: {errors}");
        return TimeSpan.FromSeconds(double.Parse(user, CultureInfo.InvariantCulture) + double.Parse(system, CultureInfo.InvariantCulture));
    }
}
