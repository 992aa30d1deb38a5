using System.Text;

namespace SecureStreams.Tool.Tests;

/// <summary>What a run of the program left behind.</summary>
internal sealed record ToolResult(int ExitCode, byte[] Output, string Errors)
{
    /// <summary>Standard output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>All three at once, so that a failed comparison shows them all.</summary>
    public void Is(int exitCode, string output, string errors) =>
        Assert.Equal($"exit {exitCode}\n--- output\n{output}\n--- errors\n{errors}", $"exit {ExitCode}\n--- output\n{Text}\n--- errors\n{Errors}");

    /// <summary>The status alone; a failure shows the rest.</summary>
    public ToolResult Exits(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit {ExitCode}, not {exitCode}\n--- output ({Output.Length} bytes)\n{(Output.Length < 4096 ? Text : "")}\n--- errors\n{Errors}");
        return this;
    }
}
