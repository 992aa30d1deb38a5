using SecureStreams.TestSupport.Approval;
using Xunit;

namespace SecureStreams.Policy.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void The_attribute_page_is_what_the_table_says() =>
        Approved.File(PolicyReference.ToMarkdown(), "docs/policy-attributes.md");

    [Fact]
    public void The_error_page_is_what_the_table_says() =>
        Approved.File(PolicyReference.ErrorsToMarkdown(), "docs/policy-errors.md");
}
