using System.Diagnostics;
using System.Text.Json;
using SecureStreams.Interop.Probe;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Programs;

/// <summary>The probe as a process. It ends with its input, so also when this process does; and it is killed when this is disposed.</summary>
internal sealed class ProbeProgram : IAsyncDisposable
{
    // The host that runs this process's own runtime, so that no search path decides.
    private static readonly string DotNet = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ProbeProgram(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts <c>serve</c>, and waits until it listens.</summary>
    /// <param name="address">Where.</param>
    /// <param name="inside">The program and arguments that start it, such as those that enter a namespace; empty for none.</param>
    public static async Task<(ProbeProgram Program, ServedHost Host)> ServeAsync(string address, params string[] inside)
    {
        var program = Start(inside, [], "serve", address);
        try
        {
            return (program, JsonSerializer.Deserialize<ServedHost>(await program.LineAsync())!);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs <c>transfer</c> to its end.</summary>
    /// <param name="request">What to do.</param>
    /// <param name="timeout">After which it counts as hanging.</param>
    /// <param name="environment">Its own environment.</param>
    public static async Task<TransferResult> TransferAsync(TransferRequest request, TimeSpan timeout, params (string Name, string Value)[] environment)
    {
        await using var program = Start([], environment, "transfer", JsonSerializer.Serialize(request));
        return JsonSerializer.Deserialize<TransferResult>(await program.LineAsync(timeout))!;
    }

    /// <summary>Starts it with these arguments.</summary>
    public static ProbeProgram Run(params string[] arguments) => Start([], [], arguments);

    /// <summary>Tells every line of its output, until that ends.</summary>
    public async Task ReadLinesAsync(Action<string> tell)
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            tell(line);
    }

    /// <summary>Writes a line to its input.</summary>
    public async Task WriteLineAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Kills it outright. What it had written can still be read.</summary>
    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _errors;
        _process.Dispose();
    }

    private static ProbeProgram Start(IReadOnlyList<string> inside, (string Name, string Value)[] environment, params string[] arguments)
    {
        string[] command = [.. inside, DotNet, "exec", typeof(ServedHost).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ProbeProgram(Process.Start(start)!);
    }

    /// <summary>The next line of its output.</summary>
    public async Task<string> LineAsync(TimeSpan? timeout = null)
    {
        var line = await _process.StandardOutput.ReadLineAsync().OrFail(static () => "The probe says nothing.", timeout);
        return line ?? throw new CheckFailedException($"The probe ended without a word:\n{await _errors}");
    }
}
