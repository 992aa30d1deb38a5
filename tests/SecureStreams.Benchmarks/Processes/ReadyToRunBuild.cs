using System.Diagnostics;
using System.Runtime.InteropServices;

namespace SecureStreams.Benchmarks.Processes;

/// <summary>This program published with ReadyToRun, as a product is that must start fast. In a folder of its own, which goes away with it.</summary>
internal sealed class ReadyToRunBuild : IDisposable
{
    private readonly DirectoryInfo _folder;

    private ReadyToRunBuild(DirectoryInfo folder, string? program)
    {
        _folder = folder;
        Program = program;
    }

    /// <summary>The executable; null when it could not be published, which has been said.</summary>
    public string? Program { get; }

    public static ReadyToRunBuild Make()
    {
        var folder = Directory.CreateTempSubdirectory("securestreams-r2r-");
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (ReadOnlySpan<string>)
            ["publish", ProjectFile(), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "--self-contained", "false", "-p:PublishReadyToRun=true", "-o", folder.FullName, "-v", "q", "--nologo"])
        {
            start.ArgumentList.Add(argument);
        }

        Console.WriteLine("Publishing with ReadyToRun ...");
        using var publish = Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start.");
        var output = publish.StandardOutput.ReadToEnd();
        publish.WaitForExit();
        var program = Path.Combine(folder.FullName, OperatingSystem.IsWindows() ? "SecureStreams.Benchmarks.exe" : "SecureStreams.Benchmarks");
        if (publish.ExitCode == 0 && File.Exists(program))
            return new ReadyToRunBuild(folder, program);
        Console.WriteLine($"That is not possible here, so its line is missing:\n{output}");
        return new ReadyToRunBuild(folder, null);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string ProjectFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var file = Path.Combine(folder.FullName, "SecureStreams.Benchmarks.csproj");
            if (File.Exists(file))
                return file;
        }

        throw new InvalidOperationException("The project file is not above the program.");
    }
}
