using System.Text;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams run</c> of a streamtype that leads to an echo, which goes on for as long as it is spoken to.</summary>
internal sealed class EchoRun : IAsyncDisposable
{
    private int _said;

    private EchoRun(Tool tool) => Tool = tool;

    public Tool Tool { get; }

    /// <summary>Starts it and has a first word sent back.</summary>
    public static async Task<EchoRun> StartAsync(string directory, params string[] arguments)
    {
        var run = new EchoRun(Tool.Start(directory, readOutput: false, ["run", .. arguments, "--data", "-"]));
        try
        {
            await run.SpeakAsync();
            return run;
        }
        catch
        {
            await run.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says something new and hears it again.</summary>
    public async Task SpeakAsync()
    {
        var word = Encoding.ASCII.GetBytes($"word {++_said}\n");
        await Tool.Input.WriteAsync(word, TestContext.Current.CancellationToken);
        await Tool.Input.FlushAsync(TestContext.Current.CancellationToken);
        var heard = new byte[word.Length];
        await Tool.Output.ReadExactlyAsync(heard, TestContext.Current.CancellationToken).AsTask().OrFail(() => $"Nothing comes back. Standard error has:\n{Tool.Errors}");
        Assert.Equal(word, heard);
    }

    /// <summary>Ctrl+C.</summary>
    public async Task<ToolResult> InterruptAsync()
    {
        await Signals.SendAsync(Tool, "INT");
        return await Tool.WaitAsync();
    }

    public ValueTask DisposeAsync() => Tool.DisposeAsync();
}
