using System.Runtime.Loader;
using SecureStreams.TestSupport.Approval;
using SecureStreams.TestSupport.Repository;

namespace SecureStreams.Architecture.Tests;

/// <summary>
/// The public surface of each project stands in <c>eng/api/Project.txt</c>, so that a change of it is seen and meant. After a change that is meant, run these
/// tests once with <c>UPDATE_APPROVED=1</c> and commit the files.
/// </summary>
public class ApiTests
{
    public static TheoryData<string> Source => Projects.SourceData;

    [Theory]
    [MemberData(nameof(Source))]
    public void The_public_surface_is_as_approved(string project)
    {
        // With the dependencies that stand beside it: a project refers to others and to packages.
        var path = Projects.AssemblyPath(project);
        Assert.True(File.Exists(path), $"{Projects.Relative(path)} is not built.");
        var context = new AssemblyLoadContext(project);
        var resolver = new AssemblyDependencyResolver(path);
        context.Resolving += (self, name) => resolver.ResolveAssemblyToPath(name) is { } found ? self.LoadFromAssemblyPath(found) : null;
        var actual = ApiListing.Of(context.LoadFromAssemblyPath(path));

        Approved.File(actual, Path.Combine("eng", "api", project + ".txt"));
    }

    [Fact]
    public void Every_approved_file_has_its_project() =>
        Assert.Empty(Directory.EnumerateFiles(RepoPaths.Combine("eng", "api"), "*.txt").Select(static path => Path.GetFileNameWithoutExtension(path)).Except(Projects.Source));
}
