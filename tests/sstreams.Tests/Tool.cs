using System.Diagnostics;
using System.Reflection;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary>Runs the built program as a process of its own, as users do.</summary>
internal sealed class Tool : IAsyncDisposable
{
    private readonly Process _process;
    private readonly MemoryStream _output = new();
    private readonly StringBuilder _errors = new();
    private readonly Task _reading;
    private readonly Task _readingErrors;
    private readonly List<(Func<string, bool> IsMet, TaskCompletionSource Met)> _waiters = [];

    private Tool(Process process, bool readOutput)
    {
        _process = process;
        _reading = readOutput ? process.StandardOutput.BaseStream.CopyToAsync(_output) : Task.CompletedTask;
        _readingErrors = ReadErrorsAsync();
    }

    /// <summary>The assembly under test.</summary>
    public static string Assembly { get; } = typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static attribute => attribute.Key == "ToolUnderTest").Value!;

    /// <summary>The host that runs this process's own runtime, so that no search path decides.</summary>
    public static string DotNet { get; } = Path.GetFullPath(
        Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>Where the policies of these tests are.</summary>
    public static string Policies { get; } = Path.Combine(AppContext.BaseDirectory, "Policies");

    public int Id => _process.Id;

    /// <summary>Its standard input.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Its standard output, when the test reads it itself.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Runs it to its end.</summary>
    public static Task<ToolResult> RunAsync(params string[] arguments) => RunAsync([], null, arguments);

    /// <summary>Runs it to its end with something on standard input, in a directory.</summary>
    public static async Task<ToolResult> RunAsync(byte[] input, string? directory, params string[] arguments)
    {
        await using var tool = Start(directory, readOutput: true, arguments);
        try
        {
            await tool.Input.WriteAsync(input);
            tool.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading all.
        }

        return await tool.WaitAsync();
    }

    public static Tool Start(string? directory, bool readOutput, params string[] arguments) => Start(directory, readOutput, [], arguments);

    /// <summary>Starts it as a program that has no standard input at all, which is not one that ends at once.</summary>
    public static Tool StartWithoutInput(string directory, params string[] arguments) => StartClosing("<&-", directory, arguments);

    /// <summary>Starts it with one of its standard files closed: <c>&lt;&amp;-</c>, <c>&gt;&amp;-</c> or <c>2&gt;&amp;-</c>.</summary>
    public static Tool StartClosing(string redirection, string directory, params string[] arguments) =>
        StartFromShell($"exec \"$0\" \"$@\" {redirection}", directory, arguments); // Only a shell can close what a process is given.

    /// <summary>Starts it from a shell, by <c>exec "$0" "$@"</c> in <paramref name="script"/>.</summary>
    public static Tool StartFromShell(string script, string directory, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script, DotNet, "exec", Assembly, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory,
        };
        return new Tool(Process.Start(start)!, readOutput: true);
    }

    /// <summary>Starts it with variables of the environment.</summary>
    public static Tool Start(string? directory, bool readOutput, KeyValuePair<string, string>[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo(DotNet, ["exec", Assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? Policies,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new Tool(Process.Start(start)!, readOutput);
    }

    /// <summary>Waits until standard error meets a condition.</summary>
    public Task WaitForErrorsAsync(Func<string, bool> isMet)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_errors)
        {
            if (isMet(_errors.ToString()))
                return Task.CompletedTask;
            _waiters.Add((isMet, met));
        }

        return met.Task.OrFail(() => $"Standard error has:\n{Errors}");
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ToolResult> WaitAsync(TimeSpan? bound = null)
    {
        await Task.WhenAll(_process.WaitForExitAsync(), _reading, _readingErrors).OrFail(() => $"The program does not end. Standard error has:\n{Errors}", bound);
        return new ToolResult(_process.ExitCode, _output.ToArray(), Errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    private async Task ReadErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_errors)
            {
                _errors.Append(line).Append('\n');
                foreach (var (_, met) in _waiters.Where(waiter => waiter.IsMet(_errors.ToString())))
                    met.TrySetResult();
            }
        }
    }
}
