using System.Diagnostics;

namespace SecureStreams.Tool.Tests;

/// <summary>A directory of its own for a test, removed at the end.</summary>
internal sealed class TestDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sstreams-").FullName;

    /// <summary>A name in it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>What is in it, by name.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(Path).Select(static path => System.IO.Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public void Add(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], text);
    }

    /// <summary>A pipe with a name.</summary>
    public void AddPipe(string name)
    {
        using var make = Process.Start("mkfifo", [this[name]]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
    }

    public Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync([], Path, arguments);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
