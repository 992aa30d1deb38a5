using System.Diagnostics;
using System.Globalization;
using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary>The built program at a terminal, as a person has it: its standard files are a pseudo-terminal where they are not redirected. By script(1).</summary>
internal sealed class TerminalRun : IAsyncDisposable
{
    private readonly Process _script;
    private readonly string _directory;
    private readonly TerminalScreen _screen;
    private readonly StringBuilder _written = new();
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _waiters = [];
    private readonly Task _reading;

    private TerminalRun(Process script, string directory, int columns)
    {
        (_script, _directory, _screen) = (script, directory, new TerminalScreen(columns));
        _reading = ReadAsync();
    }

    /// <summary>All that was written to the terminal so far, a character for each byte.</summary>
    public string Written => Look(() => _written.ToString());

    /// <summary>What it shows.</summary>
    public string Shown => Look(() => _screen.Text);

    /// <summary>Starts it.</summary>
    /// <param name="directory">Where it runs, the caller's.</param>
    /// <param name="redirections">Of a shell: <c>&gt;out.bin</c>, <c>2&gt;errors</c>; empty for none.</param>
    /// <param name="columns">How wide the terminal is.</param>
    /// <param name="arguments">Those of the program.</param>
    public static TerminalRun Start(string directory, string redirections, int columns, params string[] arguments)
    {
        var script = OtherProgram.Find("script");
        File.WriteAllText(Path.Combine(directory, "terminal.sh"), string.Create(CultureInfo.InvariantCulture, $"""
            stty rows 24 cols {columns}
            stty -g >before
            trap : INT
            {string.Join(' ', new[] { Tool.DotNet, "exec", Tool.Assembly }.Concat(arguments).Select(static one => $"'{one}'"))} {redirections}
            status=$?
            stty -g >after
            exit $status
            """));
        var start = new ProcessStartInfo(script, ["--quiet", "--return", "--command", "sh terminal.sh", "/dev/null"])
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["TERM"] = "xterm-256color";
        return new TerminalRun(Process.Start(start)!, directory, columns);
    }

    /// <summary>Waits until the terminal shows what <paramref name="isMet"/> looks for.</summary>
    public async Task WaitForShownAsync(Func<string, bool> isMet)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_screen)
        {
            if (isMet(_screen.Text))
                return;
            _waiters.Add((() => isMet(_screen.Text), met));
        }

        await await Task.WhenAny(met.Task, _reading).OrFail(() => $"The terminal shows:\n{Shown}");
        Assert.True(met.Task.IsCompleted, $"The program has ended. The terminal shows:\n{Shown}");
    }

    /// <summary>Ctrl+C, of which the terminal makes SIGINT.</summary>
    public async Task InterruptAsync()
    {
        await _script.StandardInput.BaseStream.WriteAsync(new byte[] { 3 }, TestContext.Current.CancellationToken);
        await _script.StandardInput.BaseStream.FlushAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits for its end, after which the terminal must be as it was.</summary>
    /// <returns>The exit status.</returns>
    public async Task<int> WaitAsync()
    {
        await Task.WhenAll(_script.WaitForExitAsync(), _reading).OrFail(() => $"The program does not end. The terminal shows:\n{Shown}");
        Assert.Equal(await SettingsAsync("before"), await SettingsAsync("after"));
        Assert.Empty(_screen.Modes);
        return _script.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_script.HasExited)
            _script.Kill(entireProcessTree: true);
        await _script.WaitForExitAsync();
        _script.Dispose();
    }

    private Task<string> SettingsAsync(string when) => File.ReadAllTextAsync(Path.Combine(_directory, when), TestContext.Current.CancellationToken);

    private T Look<T>(Func<T> look)
    {
        lock (_screen)
            return look();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await _script.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            lock (_screen)
            {
                _written.Append(Encoding.Latin1.GetString(buffer, 0, count));
                _screen.Write(buffer.AsSpan(0, count));
                foreach (var (_, met) in _waiters.Where(static waiter => waiter.IsMet()))
                    met.TrySetResult();
            }
        }
    }
}
