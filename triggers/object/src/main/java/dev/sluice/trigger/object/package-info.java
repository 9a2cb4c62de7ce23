/** Events of objects that come or change: files of a folder, and objects of an S3 bucket. */
@NullMarked
package dev.sluice.trigger.object;

import org.jspecify.annotations.NullMarked;
