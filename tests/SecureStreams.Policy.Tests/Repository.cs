namespace SecureStreams.Policy.Tests;

/// <summary>Finds files of the repository from wherever the tests run.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Fixtures { get; } = Path.Combine(Root, "tests", "SecureStreams.Policy.Tests", "Fixtures");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SecureStreams.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No SecureStreams.sln above {AppContext.BaseDirectory}.");
    }
}
